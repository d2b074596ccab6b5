"""Choosing the households that are to be visited, several at once."""

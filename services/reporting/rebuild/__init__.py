"""Builds the projections anew while the old ones go on serving."""

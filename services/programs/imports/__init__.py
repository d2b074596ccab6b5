"""Bringing a registry's file in, with a receipt for each row."""

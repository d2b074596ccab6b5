"""Putting a match into effect: what is written of what needs shall have."""

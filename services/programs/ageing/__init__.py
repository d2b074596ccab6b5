"""Birthdays: what follows from ages is kept up to date."""

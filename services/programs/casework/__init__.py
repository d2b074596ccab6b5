"""Needs as officers and social workers look after them: their place, what covers them, and their end."""

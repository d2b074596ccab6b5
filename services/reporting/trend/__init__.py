"""How the figures move."""

"""How far each area is."""

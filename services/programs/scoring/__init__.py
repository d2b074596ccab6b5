"""How vulnerable a household is, in a number that can be explained."""

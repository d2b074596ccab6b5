"""Visits at the door, and the decision of a second person."""

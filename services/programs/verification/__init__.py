"""The decision of a second person about what a visit found, its end, and holds."""

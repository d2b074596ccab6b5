"""The markets in which something has changed, so that they are settled again."""

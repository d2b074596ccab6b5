"""Who promises what, and what became of it."""

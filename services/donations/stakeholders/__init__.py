"""Who takes part, and how it proves itself."""

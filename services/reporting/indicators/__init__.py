"""The figures, each with its definition, source and date."""

"""What must always hold of the figures, looked for in the database as it is."""

"""What must always hold of the match, looked for in the database as it is."""

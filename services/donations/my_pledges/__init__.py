"""A donor's pledges, each with all that became of it."""

"""What must always hold of balances, looked for in the database as it is."""

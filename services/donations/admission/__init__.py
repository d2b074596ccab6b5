"""Which organisations may pledge."""

"""The allocator: the task that keeps every market matched."""

"""The log of all that was decided of allocations: sealed link by link, and replayed to the state that it made."""

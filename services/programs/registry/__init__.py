"""The households, and who lives in them."""

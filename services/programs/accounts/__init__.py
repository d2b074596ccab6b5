"""The local accounts of programs."""

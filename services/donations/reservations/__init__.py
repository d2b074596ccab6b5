"""The last word on what programs proposes, and what follows from its later steps."""

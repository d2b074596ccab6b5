"""The numbers by which the state tells people and families apart."""

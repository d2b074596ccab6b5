"""Sub-districts and villages of the regency, from official data."""

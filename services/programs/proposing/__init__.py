"""Putting a match into effect: what needs and pledges are now, and what is written of what they shall have."""

"""What the events of the other services add up to."""

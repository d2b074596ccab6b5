"""Which other pledges could give something to a need, for people who decide about what it is matched with."""

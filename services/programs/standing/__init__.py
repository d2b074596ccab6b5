"""Where needs stand: the one order in which the policy of the day puts them."""

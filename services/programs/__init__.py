"""Who needs what, and what reaches them."""

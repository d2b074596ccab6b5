"""What was promised, set aside, paid and delivered."""

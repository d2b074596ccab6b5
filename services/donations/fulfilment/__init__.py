"""What a pledge is set aside for, paid, delivered and acknowledged."""

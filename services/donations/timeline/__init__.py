"""What happened to a pledge, in order."""

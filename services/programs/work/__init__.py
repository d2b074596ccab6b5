"""Where an officer or a social worker begins the day."""

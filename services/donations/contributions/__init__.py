"""What donors paid or handed over."""

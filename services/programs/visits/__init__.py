"""Looking at households at their door."""

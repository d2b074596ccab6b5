"""What the three services all speak. Knows no service."""

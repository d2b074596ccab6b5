"""What is known of each household, need and pledge."""

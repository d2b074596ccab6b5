"""What donors get once a delivery is confirmed."""

"""What the system says of itself: trace context, structured logs, metrics. Never personal data."""

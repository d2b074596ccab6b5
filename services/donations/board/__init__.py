"""What is short and where, as this service knows it from the events of programs."""

"""What is promised, under which restrictions, and how much of it is left."""

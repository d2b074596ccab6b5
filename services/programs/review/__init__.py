"""What people say to a match: they read why, approve it, stop it, refuse it."""

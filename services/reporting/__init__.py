"""The service that counts: how far 0 % is, for everyone to see."""

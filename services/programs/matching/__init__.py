"""How open needs and free pledges find each other."""

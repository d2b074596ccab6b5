"""How the services speak HTTP: one way to be wrong, to list, to repeat safely, to change what one read."""

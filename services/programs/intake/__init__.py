"""Taking whole families into the registry: what a row of a file means, and what it changes."""

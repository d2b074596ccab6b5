"""Every figure that the README or docs state, measured by a command: `make bench`."""

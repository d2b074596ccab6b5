"""The command line and the one-machine launcher: where services, bus and databases are put together."""

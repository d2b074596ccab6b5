"""`python -m helix`, where the command is not installed."""

from helix.cli import main

main()

"""The commands that only donations has: `helix donations ...`."""

import click

COMMANDS: tuple[click.Command, ...] = ()

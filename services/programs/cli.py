"""The commands that only programs has: `helix programs ...`."""

import click

COMMANDS: tuple[click.Command, ...] = ()

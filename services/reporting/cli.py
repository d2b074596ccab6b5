"""The commands that reporting has besides those of every service."""

import click

COMMANDS: tuple[click.Command, ...] = ()

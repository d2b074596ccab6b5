"""What the command `account add` does in every service that keeps accounts."""

import click
from sqlalchemy.orm import Session

from shared.auth.accounts import Accounts, Grant
from shared.errors import Invalid


def add_by_command(accounts: Accounts, session: Session, username: str, password: str, grant: Grant) -> None:
    """Let a person sign in, or give them another password or other rights, and say so."""
    try:
        accounts.add(session, username, password, grant)
    except Invalid as error:
        raise click.ClickException(" ".join(fault.detail for fault in error.errors)) from error
    click.echo(f"{username} can sign in.")

"""The commands that only donations has: `helix donations ...`."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import click
from flask import Flask
from sqlalchemy import select

from services.donations.admission.operations import approve_stakeholder
from services.donations.app import create_app
from services.donations.checks.queries import find_faults, find_unheard
from services.donations.database import db
from services.donations.stakeholders.models import ACCOUNTS, Stakeholder
from services.donations.stakeholders.operations import create_key, register_stakeholder
from services.donations.stakeholders.queries import select_stakeholders, was_made
from shared.auth.account_command import add_by_command
from shared.auth.accounts import Grant
from shared.auth.principal import SCOPES
from shared.settings import Settings

EXAMPLE_NAME = "Lembaga Filantropi Contoh"
_EXAMPLE_EMAIL = "contoh@filantropi.example"


def bootstrap(app: Flask, given: Mapping[str, Any]) -> dict[str, str]:
    """Make what one machine begins with, as far as it is not there: `{accounts, portal_key?}`.

    An approved organisation that is marked as an example, the accounts of its people, its key. What
    somebody has taken back since, the approval or the key, stays taken back.
    """
    with app.app_context():
        stakeholder = _example_stakeholder()
        for account in given.get("accounts", ()):
            grant = Grant((account["role"],), display_name=EXAMPLE_NAME, stakeholder=stakeholder)
            ACCOUNTS.ensure(db.session(), account["username"], account["password"], grant)
        key = given.get("portal_key")
        if key and not was_made(db.session(), key):
            create_key(stakeholder, name="Portal", scopes=list(SCOPES), key=key)
    return {"stakeholder": str(stakeholder)}


def _example_stakeholder() -> UUID:
    rows = select(Stakeholder).where(Stakeholder.example, Stakeholder.name == EXAMPLE_NAME)
    found = db.session.scalar(rows.order_by(Stakeholder.id))
    if found is None:
        found = register_stakeholder(
            name=EXAMPLE_NAME, kind="philanthropy", contact_email=_EXAMPLE_EMAIL, example=True
        )
    if found.status == "pending":
        approve_stakeholder(found.id)
    return found.id


@click.group()
def account() -> None:
    """The accounts of donors' people, where no OpenID Connect provider signs them in."""


@account.command("add")
@click.argument("username")
@click.option("--stakeholder", type=click.UUID, required=True, help="the organisation the person acts for")
@click.option("--name", default="", help="shown to the person")
@click.password_option(help="12 characters or more; asked for if left out")
@click.pass_obj
def add_account(settings: Settings, username: str, stakeholder: UUID, name: str, password: str) -> None:
    """Let a person of an organisation sign in as USERNAME, or give them a new password."""
    with create_app(settings).app_context():
        if db.session.get(Stakeholder, stakeholder) is None:
            raise click.ClickException(f"There is no stakeholder {stakeholder}.")
        grant = Grant(("donor",), display_name=name, stakeholder=stakeholder)
        add_by_command(ACCOUNTS, db.session(), username, password, grant)


@click.group()
def stakeholders() -> None:
    """The organisations that take part."""


@stakeholders.command("list")
@click.option("--status", type=click.Choice(["pending", "approved", "suspended"]))
@click.pass_obj
def list_stakeholders(settings: Settings, status: str | None) -> None:
    """List them: id, status, kind, name."""
    app = create_app(settings)
    with app.app_context():
        for row in db.session.scalars(select_stakeholders(status=status).order_by(Stakeholder.id)):
            click.echo(f"{row.id}  {row.status:<9}  {row.kind:<12}  {row.name}")


@stakeholders.command("approve")
@click.argument("stakeholder", type=click.UUID)
@click.pass_obj
def approve(settings: Settings, stakeholder: UUID) -> None:
    """Let an organisation pledge."""
    app = create_app(settings)
    with app.app_context():
        click.echo(f"{approve_stakeholder(stakeholder).name} may pledge.")


@click.command("check-balances")
@click.pass_obj
def check_balances(settings: Settings) -> None:
    """Count the balances anew: what is reserved, paid, in hand and delivered, from what happened."""
    with create_app(settings).app_context():
        faults = find_faults(db.session) + find_unheard(db.session)
    if faults:
        raise click.ClickException("\n".join(faults))
    click.echo("The balances are as they should be.")


COMMANDS: tuple[click.Command, ...] = (account, stakeholders, check_balances)

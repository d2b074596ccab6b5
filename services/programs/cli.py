"""The commands that only programs has: `helix programs ...`."""

from collections.abc import Mapping
from typing import Any

import click
from flask import Flask

from services.programs.accounts.models import ACCOUNTS
from services.programs.app import create_app
from services.programs.audit.queries import first_broken_line
from services.programs.checks.queries import audit as audit_of_match
from services.programs.checks.queries import audit_log
from services.programs.database import db
from services.programs.replaying.queries import look_at_chain, replay_all
from shared.auth.account_command import add_by_command
from shared.auth.accounts import Grant
from shared.auth.principal import ROLES
from shared.settings import Settings

# All holds that was looked at, and not everything was: neither a breach nor a proof.
NOT_ALL_LOOKED_AT = 3


def bootstrap(app: Flask, given: Mapping[str, Any]) -> dict[str, str]:
    """Make the accounts one machine begins with, as far as they are not there: `{accounts}`."""
    with app.app_context():
        for account in given.get("accounts", ()):
            grant = Grant((account["role"],), area=account.get("area"))
            ACCOUNTS.ensure(db.session(), account["username"], account["password"], grant)
    return {}


@click.group()
def account() -> None:
    """The accounts of officers and social workers, where no OpenID Connect provider signs them in."""


@account.command("add")
@click.argument("username")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES))
@click.option("--area", help="official code; limits what the person sees to it. A TKSK needs one.")
@click.option("--name", default="", help="shown to the person")
@click.password_option(help="12 characters or more; asked for if left out")
@click.pass_obj
def add_account(  # noqa: PLR0913 - a command takes its options as arguments
    settings: Settings, username: str, roles: tuple[str, ...], area: str | None, name: str, password: str
) -> None:
    """Let a person sign in as USERNAME, or give them another password or other rights."""
    with create_app(settings).app_context():
        grant = Grant(roles, display_name=name, area=area)
        add_by_command(ACCOUNTS, db.session(), username, password, grant)


@click.group()
def audit() -> None:
    """The log of who read or changed a person's record."""


@audit.command("verify")
@click.pass_obj
def verify_audit(settings: Settings) -> None:
    """Prove that no line of the audit log was changed, removed or put in between."""
    with create_app(settings).app_context():
        holding, broken = first_broken_line(db.session, bytes.fromhex(settings.audit_key))
    if broken is not None:
        raise click.ClickException(f"{holding} lines hold; line {broken} does not, or is missing.")
    click.echo(f"All {holding} lines hold.")


@click.group()
def matching() -> None:
    """The match: which pledge covers how much of which need."""


@matching.command("audit")
@click.pass_context
def audit_match(context: click.Context) -> None:
    """Count and match everything anew, and tell of each thing that always holds whether it does.

    Exits with 1 where one does not, and with 3 where all hold that were looked at, and some were not.
    """
    settings: Settings = context.obj
    with create_app(settings).app_context():
        # Of one moment: what comes in between two statements would look forgotten.
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        log = audit_log(db.session, bytes.fromhex(settings.audit_key))
        found = [*audit_of_match(db.session), log]
    for invariant in found:
        left_out = f" (left out: {invariant.left_out})" if invariant.left_out else ""
        click.echo(f"{invariant.finding}: {invariant.says}{left_out}.")
    faults = [fault for invariant in found for fault in invariant.faults]
    if faults:
        raise click.ClickException("\n".join(faults))
    if not all(invariant.is_looked_at for invariant in found):
        click.echo("Not everything was looked at. Ask again in a moment, once nothing waits to be settled.")
        context.exit(NOT_ALL_LOOKED_AT)


@matching.command("replay")
@click.option(
    "--check", is_flag=True, help="fail where the chain is broken, or something is other than the log says"
)
@click.pass_obj
def replay_log(settings: Settings, check: bool) -> None:
    """Replay the log of all that was decided of allocations, and compare it with what there is."""
    with create_app(settings).app_context():
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        chain = look_at_chain(db.session, bytes.fromhex(settings.audit_key))
        replayed = replay_all(db.session)
    broken = (
        [] if chain.broken is None else [f"Seal {chain.broken} does not hold, or lines of it are missing."]
    )
    click.echo(f"{chain.holding} lines are sealed and hold; {chain.unsealed} are not sealed yet.")
    if chain.digest:
        click.echo(f"The last digest is {chain.digest}. Kept elsewhere, it shows whether all is made anew.")
    click.echo(
        f"{replayed.same} allocations are as the log says; {replayed.from_before} are from before it began."
    )
    faults = broken + replayed.differences
    for fault in faults:
        click.echo(fault)
    if check and faults:
        raise click.ClickException(f"{len(faults)} things are other than the log says.")


COMMANDS: tuple[click.Command, ...] = (account, audit)
# Shown as `helix matching <command>`.
PARTS: tuple[click.Group, ...] = (matching,)

"""The commands that reporting has besides those of every service."""

import click
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from services.reporting.checks.queries import find_faults
from services.reporting.projections.handlers import HANDLERS
from services.reporting.rebuild.operations import needs_rebuild
from services.reporting.rebuild.operations import rebuild as rebuild_projections
from shared import bus
from shared.bus import BusUnavailable
from shared.database import sqlalchemy_url
from shared.settings import Settings
from shared.worker import tune_process


@click.command()
@click.option(
    "--if-needed", is_flag=True, help="only where the tables were folded by other rules than today's"
)
@click.pass_obj
def rebuild(settings: Settings, if_needed: bool) -> None:
    """Fold every event anew into fresh tables while the old ones serve, then swap them in."""
    if if_needed and not is_rebuild_needed(settings):
        click.echo("The tables are up to date.")
        return
    tune_process()
    connection = bus.connect(settings)
    try:
        replayed = rebuild_projections(
            settings.database_url,
            connection,
            HANDLERS,
            report=lambda events: click.echo(f"replayed {events} events"),
        )
    except BusUnavailable as error:
        # The old tables go on serving; whoever asks again begins from the start.
        raise click.ClickException(f"The rebuild was given up, nothing is changed: {error}.") from error
    finally:
        connection.close()
    click.echo(f"The new tables are in place; {replayed} events were replayed.")


def is_rebuild_needed(settings: Settings) -> bool:
    """Tell whether the tables were folded by other rules than those of this program."""
    engine = create_engine(sqlalchemy_url(settings.database_url))
    try:
        with Session(engine) as session:
            return needs_rebuild(session)
    finally:
        engine.dispose()


@click.command("check-figures")
@click.pass_obj
def check_figures(settings: Settings) -> None:
    """Count the figures anew from the facts; where they differ, rebuild."""
    engine = create_engine(sqlalchemy_url(settings.database_url))
    try:
        with Session(engine) as session:
            faults = find_faults(session)
    finally:
        engine.dispose()
    if faults:
        raise click.ClickException("\n".join(faults))
    click.echo("The figures are as they should be.")


COMMANDS: tuple[click.Command, ...] = (rebuild, check_figures)

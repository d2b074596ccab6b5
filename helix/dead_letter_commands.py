"""`helix <service> dead-letters`: what could not be taken, why, and another try."""

import sys

import click

from shared import bus, dead_letters
from shared.dead_letters import DeadLetter, Position
from shared.settings import Settings


@click.group("dead-letters")
def dead_letter_commands() -> None:
    """The events that this service could not take."""


@dead_letter_commands.command("list")
@click.pass_obj
def list_all(settings: Settings) -> None:
    """List them: where each is, its type, and why it was put aside."""
    count = 0
    for found in dead_letters.list_(bus.connect(settings), settings.service):
        count += 1
        click.echo(f"{found.position}\t{found.type}\t{found.reason}\t{found.error}")
    click.echo(f"{count} dead letters", err=True)


@dead_letter_commands.command()
@click.argument("position")
@click.pass_obj
def show(settings: Settings, position: str) -> None:
    """Show the one at POSITION (partition:offset, as listed) whole."""
    found = dead_letters.show(bus.connect(settings), settings.service, _position(position))
    if found is None:
        click.echo(f"There is no dead letter at {position}.", err=True)
        sys.exit(1)
    click.echo(_described(found))


@dead_letter_commands.command()
@click.argument("positions", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="every one that is listed")
@click.pass_obj
def redrive(settings: Settings, positions: tuple[str, ...], everything: bool) -> None:
    """Hand those at POSITIONS to this service once more. Twice has no more effect than once."""
    if bool(positions) == everything:
        raise click.UsageError("Name positions, or say --all.")
    chosen = None if everything else {_position(position) for position in positions}
    count = dead_letters.redrive(bus.connect(settings), settings.service, chosen)
    click.echo(f"{count} handed to {settings.service} again")


def _position(text: str) -> Position:
    try:
        return Position.parse(text)
    except ValueError:
        raise click.BadParameter(f"{text} is not partition:offset, as `dead-letters list` shows it") from None


def _described(found: DeadLetter) -> str:
    lines = [
        f"position   {found.position}",
        f"event      {found.event_id}",
        f"type       {found.type}",
        f"key        {found.key}",
        f"came from  {found.topic} {found.partition}:{found.offset}",
        f"reason     {found.reason} after {found.attempts} attempts",
        f"error      {found.error}",
        "",
        *(f"{name}: {value.decode('utf-8', 'replace')}" for name, value in found.headers),
        "",
        found.value.decode("utf-8", "replace"),
    ]
    return "\n".join(lines)

"""The command line. `helix run` starts everything on one machine; the rest are its parts.

What a service brings, by name (tests/architecture checks that each does):

- `services/<service>/app.py`: `SERVICE: shared.service.Service` and `create_app(settings) -> Flask`.
- `services/<service>/migrations/`: its Alembic history.
- `services/<service>/cli.py`: `COMMANDS: tuple[click.Command, ...]`, shown as `helix <service> <command>`;
  they find the Settings as `click.get_current_context().obj` (or by `@click.pass_obj`). programs has
  `PARTS: tuple[click.Group, ...]` too, whose commands are shown as `helix <part> <command>`.
  donations and programs have `bootstrap(app, given)` there, which `helix run` calls, given
  `{"accounts": [{"role", "username", "password", "area"?}], "portal_key"?: "hlx_live_..."}`. It
  makes what is not there yet (a second run changes nothing), and answers: donations
  `{"stakeholder": id}` (approved; owner of the donor account and of the portal key), programs `{}`.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import click

from helix.backup_commands import backup, restore
from helix.service_commands import ServiceGroup
from shared.settings import SERVICES, SettingsError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """Helix: a pledge finds a verified household on its own."""


for _service in SERVICES:
    commands.add_command(ServiceGroup(_service))
commands.add_command(ServiceGroup("programs", part="matching"))
commands.add_command(backup)
commands.add_command(restore)


@commands.command()
@click.option("--bus", type=click.Choice(["builtin", "kafka"]), default="builtin", show_default=True)
@click.option("--demo", type=click.Choice(["full", "none"]), default="full", show_default=True)
@click.option("--port-base", type=click.IntRange(1024, 65000), default=8000, show_default=True)
@click.option("--data", type=click.Path(path_type=Path), default=Path(".helix"), show_default=True)
def run(bus: str, demo: str, port_base: int, data: Path) -> None:
    """Start everything on this machine and play the demonstration. Ctrl-C stops it."""
    from helix.local.launcher import Launch, launch

    sys.exit(launch(Launch(bus=bus, demo=demo == "full", port_base=port_base, data=data.resolve())))


@commands.command(hidden=True)
def prepare() -> None:
    """Do what `helix run` needs before the services start; JSON in and out."""
    from helix.local.preparation import prepare as prepare_all

    click.echo(json.dumps(prepare_all(json.load(sys.stdin))))


@commands.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path(".helix"), show_default=True)
def forget(data: Path) -> None:
    """Delete everything that `helix run` kept in its data folder."""
    from helix.local.failure import CannotRun
    from helix.local.folder import DataFolder

    try:
        DataFolder(data.resolve()).forget()
    except CannotRun as refusal:
        raise click.ClickException(str(refusal)) from refusal


@commands.command()
@click.option("--public-url", default="http://localhost:8080", show_default=True)
def secrets(public_url: str) -> None:
    """Print fresh secrets for docker-compose.yml, to be kept as .env."""
    from helix.compose_secrets import lines

    for line in lines(public_url):
        click.echo(line)


@commands.command()
@click.option(
    "--write", "document", type=click.Path(path_type=Path, exists=True), help="a document to put them in"
)
def settings(document: Path | None) -> None:
    """Print every setting with its meaning and default, as a table."""
    from helix import settings_table

    if document is None:
        click.echo("\n".join(settings_table.rows()))
    else:
        settings_table.write(document)


@commands.group()
def topics() -> None:
    """The topics that events travel on."""


@topics.command("apply")
def apply_topics() -> None:
    """Make the topics that are missing; change none that is there."""
    from helix.topics import apply
    from shared.settings import load

    # Any service's settings name the bus; reporting's are the fewest.
    for name in apply(load("reporting")):
        click.echo(f"made {name}")


@commands.group()
def contracts() -> None:
    """The events' schemas and the services' OpenAPI documents, as other parties read them."""


@contracts.command("write")
def write_contracts() -> None:
    """Write docs/events/ and docs/api/ from the code."""
    from helix.contracts import write

    write()


@contracts.command("check")
def check_contracts() -> None:
    """Fail if the documents are not what the code says, or a change would break who relies on an earlier one."""
    from helix.contracts import check

    faults = check()
    for fault in faults:
        click.echo(fault, err=True)
    sys.exit(1 if faults else 0)


@commands.group()
def demo() -> None:
    """The demonstration: a synthetic registry, and people who use the services over HTTP."""


@demo.command()
@click.option("--seed", type=int, default=3517, show_default=True)
@click.option("--people", type=click.IntRange(1), default=7408, show_default=True)
@click.option("--out", type=click.File("w", encoding="utf-8"), default="-", show_default=True)
def registry(seed: int, people: int, out: TextIO) -> None:
    """Write a synthetic registry as CSV, ready for an import."""
    from demo.registry import write_csv

    write_csv(out, people=people, seed=seed)


@demo.command()
@click.argument("access", type=click.Path(path_type=Path, exists=True))
@click.option("--officers", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--state", type=click.Path(path_type=Path), required=True)
def play(access: Path, officers: Path, state: Path) -> None:
    """Play the demonstration with the accounts of ACCESS (an access.json).

    OFFICERS holds the sign-ins of the social workers of all sub-districts; STATE is where the
    player remembers how far it came, to go on from there.
    """
    from demo.play import play as play_scenes

    sys.exit(play_scenes(access, officers, state))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a setting that is missing is told in sentences, not in a traceback."""
    try:
        commands.main(args=arguments, prog_name="helix")
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(78)

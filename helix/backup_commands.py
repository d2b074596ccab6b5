"""`helix backup` and `helix restore`."""

from pathlib import Path

import click

from helix.backup.failure import CannotBackUp
from helix.local.failure import CannotRun

_DATA = click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="the data folder of one machine; without it the databases and the bus are those of the settings",
)


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@_DATA
def backup(target: Path, data: Path | None) -> None:
    """Write the three databases and the log, all of one moment, into the folder TARGET, while Helix works on."""
    from helix.backup.places import Places, load_all
    from helix.backup.taking import take

    try:
        if data is None:
            places = Places(load_all())
        else:
            from helix.local.backup import places_of

            places = places_of(data.resolve())
        moment = take(places, target)
    except (CannotBackUp, CannotRun) as refusal:
        raise click.ClickException(str(refusal)) from refusal
    events = sum(moment.ends.values())
    click.echo(
        f"{target} holds three databases and {events:,} records. Writers waited {moment.seconds:.2f} s."
    )
    if data is None:
        click.echo(
            "The keys are not in it: keep the settings (.env) of these services in another safe place."
        )
    else:
        click.echo("It holds secrets.json too: whoever has this folder can read everything.")


@click.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, file_okay=False))
@_DATA
def restore(source: Path, data: Path | None) -> None:
    """Put the backup SOURCE into an empty place, where nothing of Helix runs yet."""
    from helix.backup import manifest, restoring
    from helix.backup.places import Places, load_all

    try:
        found = manifest.read(source)
        if data is None:
            restoring.restore(Places(load_all()), source, found)
        else:
            from helix.local.backup import restore_into

            restore_into(data.resolve(), source, found)
    except (CannotBackUp, CannotRun) as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"Restored as it was at {found.taken_at}. Start Helix; it goes on from there.")

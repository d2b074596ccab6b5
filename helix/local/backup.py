"""Backup and restore of one machine: its data folder takes the place of settings."""

import sys
from contextlib import ExitStack
from pathlib import Path

from helix.backup.failure import CannotBackUp
from helix.backup.manifest import Manifest
from helix.backup.places import Places, load_all
from helix.backup.restoring import restore
from helix.local import environment as local
from helix.local.folder import DataFolder, demo_state_of
from helix.local.postgres import PROGRAMS, Postgres, url_of
from helix.local.secrets_file import FILE as SECRETS
from shared.settings import SERVICES

# Only the databases and the bus are used: nobody is answered at these.
_URLS = local.urls_of(0)


def places_of(data: Path) -> Places:
    """Return where everything of the instance is that runs on a data folder; raise CannotBackUp if none does."""
    folder = DataFolder(data)
    access = folder.read("access.json")
    if access is None or not folder.is_in_use():
        raise CannotBackUp(f"Helix does not run on {data}. Start it, or copy the folder as it lies there.")
    bootstrap = access.get("bootstrap", "")
    return _places(folder, "kafka" if bootstrap else "builtin", bootstrap)


def restore_into(data: Path, source: Path, manifest: Manifest) -> None:
    """Make a data folder from a backup; the next `helix run` goes on from there. Raises CannotBackUp, CannotRun."""
    if data.exists():
        raise CannotBackUp(f"{data} is there already; a backup is restored into a folder of its own.")
    with ExitStack() as cleanup:
        folder = DataFolder(data)
        folder.open()
        cleanup.callback(folder.close)
        for name in (SECRETS, demo_state_of(manifest.bus)):
            if (source / name).exists():
                folder.write_private(name, DataFolder(source).read(name))
        postgres = Postgres(folder.postgres)
        cleanup.callback(postgres.stop)
        for service in SERVICES:
            postgres.ensure_database(local.database_of(manifest.bus, service))
        postgres.ensure_database(local.LOG_DATABASE)
        bootstrap = ""
        if manifest.bus == "kafka":
            from helix.local.kafka import free_ports, start_for

            broker = start_for(folder.kafka, folder.logs, *free_ports())
            cleanup.callback(broker.stop)
            bootstrap = broker.bootstrap
        restore(_places(folder, manifest.bus, bootstrap), source, manifest)


def _places(folder: DataFolder, bus: str, bootstrap: str) -> Places:
    kept = folder.read(SECRETS)
    if kept is None:
        raise CannotBackUp(f"{SECRETS} is missing; without the keys in it nobody can read what is encrypted.")
    places = local.Places(
        urls=_URLS,
        databases={service: url_of(folder.postgres, local.database_of(bus, service)) for service in SERVICES},
        bus=bus,
        log_database=url_of(folder.postgres, local.LOG_DATABASE),
        bootstrap=bootstrap,
    )
    given = local.environment(places, kept, synthetic=False, program_folder=Path(sys.executable).parent)
    files = [folder.path / name for name in (SECRETS, demo_state_of(bus)) if (folder.path / name).exists()]
    return Places(load_all(given), PROGRAMS, files)

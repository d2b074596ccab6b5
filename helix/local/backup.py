"""Backup and restore of one machine: its data folder takes the place of settings."""

from contextlib import ExitStack
from pathlib import Path

from helix.backup.failure import CannotBackUp
from helix.backup.manifest import Manifest
from helix.backup.places import Places, load_all
from helix.backup.restoring import restore
from helix.local import environment as local
from helix.local.folder import DataFolder, demo_state_of
from helix.local.postgres import PROGRAMS, Postgres
from helix.local.running import environment_of, environment_of_running
from helix.local.secrets_file import FILE as SECRETS
from shared.settings import SERVICES

# Only the databases and the bus are used: nobody is answered at these.
_URLS = local.urls_of(0)


def places_of(data: Path) -> Places:
    """Return where everything of the instance is that runs on a data folder; raise CannotRun if none does."""
    return _places(DataFolder(data), environment_of_running(data))


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
        given = environment_of(folder, manifest.bus, bootstrap, _URLS)
        restore(_places(folder, given), source, manifest)


def _places(folder: DataFolder, given: dict[str, str]) -> Places:
    names = (SECRETS, demo_state_of(given["HELIX_BUS"]))
    files = [folder.path / name for name in names if (folder.path / name).exists()]
    return Places(load_all(given), PROGRAMS, files)

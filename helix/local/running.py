"""The settings of one machine's instance, for commands that are run beside it."""

import sys
from pathlib import Path

from helix.local.environment import LOG_DATABASE, Places, database_of, environment
from helix.local.failure import CannotRun
from helix.local.folder import DataFolder, demo_state_of
from helix.local.postgres import url_of
from helix.local.secrets_file import FILE as SECRETS
from shared.settings import SERVICES


def environment_of_running(data: Path) -> dict[str, str]:
    """Return the environment of the instance that runs on a data folder; raise CannotRun if none does."""
    folder = DataFolder(data)
    access = folder.read("access.json")
    if access is None or not folder.is_in_use():
        raise CannotRun(f"Helix does not run on {data}. Start it, or name the folder of one that runs.")
    bootstrap = access.get("bootstrap", "")
    bus = "kafka" if bootstrap else "builtin"
    return environment_of(folder, bus, bootstrap, access["urls"])


def environment_of(folder: DataFolder, bus: str, bootstrap: str, urls: dict[str, str]) -> dict[str, str]:
    """Return the environment of whoever works with what lies in a data folder; raise CannotRun without its keys."""
    kept = folder.read(SECRETS)
    if kept is None:
        raise CannotRun(f"{SECRETS} is missing; without the keys in it nobody can read what is encrypted.")
    places = Places(
        urls=urls,
        databases={service: url_of(folder.postgres, database_of(bus, service)) for service in SERVICES},
        bus=bus,
        log_database=url_of(folder.postgres, LOG_DATABASE),
        bootstrap=bootstrap,
    )
    synthetic = (folder.path / demo_state_of(bus)).exists()
    return environment(places, kept, synthetic=synthetic, program_folder=Path(sys.executable).parent)

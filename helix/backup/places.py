"""Where what is backed up is: three databases, the bus, PostgreSQL's own programs, files to be kept."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from psycopg.conninfo import conninfo_to_dict

from helix.backup.failure import CannotBackUp
from shared.bus import Bus, connect
from shared.settings import SERVICES, Settings, load, passthrough


@dataclass(frozen=True, slots=True)
class Places:
    """The settings of each service. `programs` is where pg_dump is; `kept` are files that belong to the backup."""

    settings: Mapping[str, Settings]
    programs: Path | None = None
    kept: Sequence[Path] = ()

    @property
    def databases(self) -> dict[str, str]:
        """Return the URL of each service's database."""
        return {service: settings.database_url for service, settings in self.settings.items()}

    @property
    def any_settings(self) -> Settings:
        """Return the settings of one service: all name the same bus."""
        return self.settings[SERVICES[0]]

    def connect_bus(self) -> Bus:
        """Return the bus."""
        return connect(self.any_settings)

    def run(self, program: str, url: str, *arguments: str, output: IO[bytes] | None = None) -> None:
        """Run one of PostgreSQL's programs on a database; raise CannotBackUp with what it said."""
        found = self.programs / program if self.programs else shutil.which(program)
        if found is None:
            raise CannotBackUp(f"There is no {program}; on Debian: apt-get install postgresql-client.")
        done = subprocess.run(
            [found, *arguments],
            env=passthrough() | _in_environment(url),
            stdin=subprocess.DEVNULL,
            stdout=output or subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
        if done.returncode:
            raise CannotBackUp(f"{program}: {done.stderr.decode(errors='replace').strip()[-500:]}")


def load_all(environment: Mapping[str, str] | None = None) -> dict[str, Settings]:
    """Return the settings of every service, from an environment or this process's own."""
    return {service: load(service, environment) for service in SERVICES}


def _in_environment(url: str) -> dict[str, str]:
    """Return a database's URL as the variables that its programs read: arguments can be seen by everybody."""
    names = {"dbname": "PGDATABASE"}
    return {names.get(name, f"PG{name.upper()}"): str(value) for name, value in conninfo_to_dict(url).items()}

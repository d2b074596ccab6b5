"""Helix on this machine in an empty folder, every process started by whoever measures it."""

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from demo.client import Client, Person
from helix.local import accounts
from helix.local.environment import Places, environment, urls_of
from helix.local.folder import DataFolder
from helix.local.kafka import free_ports, start_for
from helix.local.launcher import PROCFILE
from helix.local.postgres import Postgres
from helix.local.processes import Processes, read_procfile
from helix.local.secrets_file import keep_secrets
from shared import bus as buses
from shared.bus import Bus
from shared.settings import SERVICES, Settings, load

GIVE_UP_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Machine:
    """The servers, the settings, and the processes that were started."""

    postgres: Postgres
    urls: dict[str, str]
    environment: dict[str, str]
    access: dict[str, Any]
    processes: Processes

    def settings(self, service: str) -> Settings:
        """Return the settings of a service."""
        return load(service, self.environment)

    def bus(self) -> Bus:
        """Return the bus that the services exchange events over."""
        return buses.connect(self.settings("reporting"))

    def start(self, name: str, arguments: Sequence[str]) -> None:
        """Start a process."""
        self.processes.start(name, arguments)

    def start_all(self) -> None:
        """Start what `make run` starts, and wait until it answers."""
        for name, arguments in read_procfile(PROCFILE).items():
            self.start(name, arguments)
        for url in self.urls.values():
            await_answer(f"{url}/readyz")

    def portal(self) -> Client:
        """Return the portal, with its key."""
        return Client(self.urls, self.access["portal"]["key"])

    def token(self, role: str) -> str:
        """Return a token of the person of a role."""
        account = self.access["accounts"][role]
        given = {name: account[name] for name in ("username", "password")}
        with Client(self.urls) as anyone:
            return str(anyone.post(account["service"], "/v1/tokens", given)["access_token"])

    def person(self, role: str) -> Person:
        """Return the person of a role."""
        return Person(self.urls, self.access["accounts"][role])


@contextmanager
def machine(bus: str = "builtin") -> Iterator[Machine]:
    """Start the servers and prepare the databases; stop and forget everything at the end."""
    with ExitStack() as stack:
        folder = DataFolder(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="helix-bench-"))))
        folder.open()
        stack.callback(folder.close)
        kept = keep_secrets(folder)
        postgres = Postgres(folder.postgres)
        stack.callback(postgres.stop)
        bootstrap = ""
        if bus == "kafka":
            broker = start_for(folder.kafka, folder.logs, *free_ports())
            stack.callback(broker.stop)
            bootstrap = broker.bootstrap
        urls = urls_of(free_ports()[0] // 10 * 10 - 10)
        databases = {service: postgres.ensure_database(f"helix_{service}") for service in SERVICES}
        places = Places(urls, databases, bus, postgres.ensure_database("helix_log"), bootstrap)
        settings = environment(places, kept, synthetic=True, program_folder=Path(sys.executable).parent)
        processes = Processes(folder.logs, settings)
        stack.callback(processes.stop)
        given = {
            service: accounts.bootstrap_input(service, kept, every_tksk=False)
            for service in ("donations", "programs")
        }
        answers = json.loads(processes.ask("prepare", ["helix", "prepare"], json.dumps(given), seconds=180))
        access = accounts.access(kept, urls, bootstrap, answers["donations"]["stakeholder"])
        yield Machine(postgres, urls, settings, access, processes)


def await_answer(url: str) -> None:
    """Wait until an address answers well."""
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while time.monotonic() < deadline:
        try:
            if requests.get(url, timeout=2).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.1)
    raise SystemExit(f"{url} does not answer")

"""Helix on one machine, every part of it a process of its own that a test may kill, stop and start again."""

import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
import requests

from helix.local import accounts
from helix.local.environment import Places, environment, urls_of
from helix.local.folder import DataFolder
from helix.local.kafka import Kafka, start_for
from helix.local.launcher import PROCFILE
from helix.local.postgres import Postgres
from helix.local.processes import Child, Processes, read_procfile
from helix.local.secrets_file import keep_secrets
from shared import bus as buses
from shared.bus import Bus
from shared.settings import SERVICES, Settings, load
from tests.e2e.running import free_port_base

READY_WITHIN_SECONDS = 120.0
COMMANDS = read_procfile(PROCFILE)


class Machine:
    """PostgreSQL, the bus and the processes of the three services.

    Processes are started from the thread that made the machine: they end with it.
    """

    def __init__(self, data: Path, bus: str) -> None:
        self.kind = bus
        self._folder = DataFolder(data)
        self._folder.open()
        self._kept = keep_secrets(self._folder)
        self._port_base = free_port_base()
        self.urls = urls_of(self._port_base)
        self.kafka: Kafka | None = None
        self.postgres = Postgres(self._folder.postgres)
        if bus == "kafka":
            self.start_broker()
        self.databases = {service: self.postgres.ensure_database(f"helix_{service}") for service in SERVICES}
        self.environment = self._settings()
        self._started: dict[str, tuple[Processes, Child]] = {}
        # Of what kind each is, by its name.
        self._kinds: dict[str, str] = {}
        # What ended although nobody here killed it.
        self.ended_by_themselves: list[str] = []
        self._prepare()
        self.bus: Bus = buses.connect(self.settings("reporting"))

    def _settings(self) -> dict[str, str]:
        places = Places(
            urls=self.urls,
            databases=self.databases,
            bus=self.kind,
            log_database=self.postgres.ensure_database("helix_log"),
            bootstrap=self.kafka.bootstrap if self.kafka else "",
        )
        return environment(places, self._kept, synthetic=True, program_folder=Path(sys.executable).parent)

    def _prepare(self) -> None:
        given = {
            service: accounts.bootstrap_input(service, self._kept, every_tksk=False)
            for service in ("donations", "programs")
        }
        Processes(self._folder.logs, self.environment).ask(
            "prepare", ["helix", "prepare"], json.dumps(given), seconds=120
        )

    def settings(self, service: str) -> Settings:
        """Return the settings of a service."""
        return load(service, self.environment)

    def account(self, role: str) -> tuple[str, dict[str, str]]:
        """Return the service at which a role signs in, and with what."""
        return accounts.SERVICE_OF[role], {"username": role, "password": self._kept["passwords"][role]}

    def portal(self) -> dict[str, str]:
        """Return the header of the portal's API key."""
        return {"Authorization": f"Bearer {self._kept['portal_key']}"}

    def start(self, name: str, *, like: str = "", changed: Mapping[str, str] | None = None) -> None:
        """Start a process of the Procfile, or one more of a kind, with some settings changed."""
        processes = Processes(self._folder.logs, self.environment | dict(changed or {}))
        self._kinds[name] = like or name
        self._started[name] = processes, processes.start(name, COMMANDS[self._kinds[name]])

    def start_all(self) -> None:
        """Start what does not run, and wait until everything answers."""
        for name in COMMANDS:
            if name not in self._started:
                self.start(name)
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until every service answers; start meanwhile what has ended."""
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not all(map(self._is_ready, self.urls)):
            assert time.monotonic() < deadline, f"not ready; the logs are in {self._folder.logs}"
            self.revive()
            time.sleep(0.1)

    def _is_ready(self, service: str) -> bool:
        try:
            return bool(self.readiness(service)["status"] == "ok")
        except requests.RequestException:
            return False

    def readiness(self, service: str) -> dict[str, Any]:
        """Return what `/readyz` says."""
        found: dict[str, Any] = requests.get(f"{self.urls[service]}/readyz", timeout=5).json()
        return found

    def process(self, name: str) -> psutil.Process:
        """Return the process of a name."""
        process = self._started[name][1].process
        assert process is not None
        return psutil.Process(process.pid)

    def kill(self, name: str) -> None:
        """End a process at once, with those it made."""
        processes, child = self._started.pop(name)
        assert child.process is not None
        os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        processes.stop()

    def stop(self, *names: str) -> None:
        """Ask processes to end, and wait for them."""
        for name in names:
            process = self._started[name][1].process
            assert process is not None
            process.terminate()
        for name in names:
            self._started.pop(name)[0].stop()

    def revive(self) -> None:
        """Start again what has ended, as whoever supervises it would."""
        for name, (_, child) in list(self._started.items()):
            code = child.ended()
            if code is not None:
                self.ended_by_themselves.append(f"{name} {code}")
                del self._started[name]
                self.start(name, like=self._kinds[name])

    def kill_database(self) -> None:
        """End PostgreSQL at once, with all its connections; what it had begun is lost."""
        server = self.database_process()
        children = server.children()
        server.kill()
        psutil.wait_procs([server, *children], timeout=20)

    def database_process(self) -> psutil.Process:
        """Return PostgreSQL's first process."""
        return psutil.Process(int((self._folder.postgres / "postmaster.pid").read_text().split()[0]))

    def start_broker(self) -> None:
        """Start Kafka on what it has kept."""
        ports = self._port_base + 1092, self._port_base + 1093
        self.kafka = start_for(self._folder.kafka, self._folder.logs, *ports)

    def close(self) -> None:
        """Stop everything, the servers last."""
        self.stop(*self._started)
        self.bus.close()
        if self.kafka is not None:
            self.kafka.stop()
        self.postgres.stop()
        self._folder.close()

"""`helix run`: everything on one machine, from an empty folder to a matched pledge, until Ctrl-C."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import requests

from helix.local import accounts
from helix.local.copies import can_copy, import_services
from helix.local.environment import LOG_DATABASE, Places, database_of, environment, urls_of
from helix.local.failure import CannotRun
from helix.local.folder import DataFolder, demo_state_of
from helix.local.ports import require_free
from helix.local.postgres import Postgres
from helix.local.processes import Child, Processes, ending, last_line, read_procfile
from helix.local.progress import Progress
from helix.local.secrets_file import keep_secrets
from shared.settings import SERVICES

PROCFILE = Path(__file__).resolve().parents[2] / "Procfile"
READY_WITHIN_SECONDS = 120.0

_ERRANDS = {"demo": "The demonstration", "rebuild": "Counting the figures anew"}


@dataclass(frozen=True, slots=True)
class Launch:
    """What was asked for on the command line."""

    bus: str
    demo: bool
    port_base: int
    data: Path

    @property
    def kafka_ports(self) -> tuple[int, int]:
        """Return the ports of Kafka's broker and of its controller: 9092 and 9093 unless moved."""
        return self.port_base + 1092, self.port_base + 1093


def launch(asked: Launch) -> int:
    """Run until stopped; return the exit code. A failure is told in one sentence."""
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if stopping.is_set():
            raise KeyboardInterrupt
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        with ExitStack() as cleanup:
            Instance(asked, stopping, cleanup).run()
    except CannotRun as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


class Instance:
    """One run of Helix on one data folder. What it opens is closed by `cleanup`, last first."""

    def __init__(self, asked: Launch, stopping: threading.Event, cleanup: ExitStack) -> None:
        self._asked = asked
        self._stopping = stopping
        self._cleanup = cleanup
        self._folder = DataFolder(asked.data)
        self._urls = urls_of(asked.port_base)
        self._progress = Progress(self._urls["reporting"])

    def run(self) -> None:
        """Start everything, play the demonstration, watch until stopped."""
        began = time.monotonic()
        self._folder.open()
        self._cleanup.callback(self._folder.close)
        self._require_ports()
        kept = keep_secrets(self._folder)
        self._progress.say(
            "Starting PostgreSQL" + (" and Kafka ..." if self._asked.bus == "kafka" else " ...")
        )
        processes = self._processes(kept)
        self._progress.say("Starting the services ...")
        answers = self._start_services(kept, processes)
        self._wait_until_ready(processes)
        self._progress.say(f"\nHelix runs ({time.monotonic() - began:.1f} s).\n{self._where_to_look()}\n")
        if answers["reporting"]["rebuild"] == "needed":
            self._progress.say("This version counts otherwise: all events are counted anew meanwhile.")
            processes.start("rebuild", ["helix", "reporting", "rebuild"], errand=True)
        if self._asked.demo:
            self._go_on_with_demo(processes)
        self._watch(processes)

    def _require_ports(self) -> None:
        ports = [self._asked.port_base + 1 + i for i in range(len(SERVICES))]
        if self._asked.bus == "kafka":
            ports += self._asked.kafka_ports
        require_free(ports, port_base=self._asked.port_base)

    def _processes(self, kept: dict[str, Any]) -> Processes:
        """Start the database and the bus; return the processes to be, with the settings that lead there."""
        with ThreadPoolExecutor(1) as meanwhile:
            imported = meanwhile.submit(import_services)
            places = self._start_places()
        imported.result()
        settings = environment(
            places, kept, synthetic=self._is_synthetic(), program_folder=Path(sys.executable).parent
        )
        processes = Processes(self._folder.logs, settings, copying=can_copy())
        self._cleanup.callback(self._stop, processes)
        return processes

    def _start_services(self, kept: dict[str, Any], processes: Processes) -> dict[str, dict[str, str]]:
        """Prepare the databases while the web processes start; return what the preparation answered."""
        commands = read_procfile(PROCFILE)
        webs = {name: arguments for name, arguments in commands.items() if name.endswith("-web")}
        for name, arguments in webs.items():
            processes.start(name, arguments)
        answers = self._prepare(kept, processes)
        for name in commands.keys() - webs.keys():
            processes.start(name, commands[name])
        return answers

    def _start_places(self) -> Places:
        bootstrap = ""
        if self._asked.bus == "kafka":
            bootstrap = self._start_kafka()
        try:
            postgres = self._postgres = Postgres(self._folder.postgres)
        except Exception as error:
            raise CannotRun(
                f"PostgreSQL did not start; its log is {self._folder.postgres / 'log'}."
            ) from error
        self._cleanup.callback(postgres.stop)
        if postgres.opened:
            shut = ", ".join(map(str, postgres.opened))
            self._progress.say(
                f"Others may now pass through, not read, {shut}: started by root, PostgreSQL runs as nobody."
            )
        # A refused row's values have no place in a log.
        postgres.set("log_error_verbosity", "terse")
        return Places(
            urls=self._urls,
            databases={
                service: postgres.ensure_database(database_of(self._asked.bus, service))
                for service in SERVICES
            },
            bus=self._asked.bus,
            log_database=postgres.ensure_database(LOG_DATABASE),
            bootstrap=bootstrap,
        )

    def _start_kafka(self) -> str:
        from helix.local.kafka import start_for

        broker = start_for(self._folder.kafka, self._folder.logs, *self._asked.kafka_ports)
        self._cleanup.callback(broker.stop)
        return broker.bootstrap

    def _is_synthetic(self) -> bool:
        """Tell whether the registry is synthetic: once the demonstration was played on it, for good."""
        marker = self._demo_state()
        return self._asked.demo or marker.exists()

    def _demo_state(self) -> Path:
        return self._folder.path / demo_state_of(self._asked.bus)

    def _prepare(self, kept: dict[str, Any], processes: Processes) -> dict[str, dict[str, str]]:
        """Bring the databases up to date, make topics and accounts, and write access.json."""
        given = {
            service: accounts.bootstrap_input(service, kept, every_tksk=self._asked.demo)
            for service in ("donations", "programs")
        }
        answers: dict[str, dict[str, str]] = json.loads(
            processes.ask("prepare", ["helix", "prepare"], json.dumps(given), seconds=180)
        )
        bootstrap = f"127.0.0.1:{self._asked.kafka_ports[0]}" if self._asked.bus == "kafka" else ""
        stakeholder = answers["donations"]["stakeholder"]
        self._folder.write_private("access.json", accounts.access(kept, self._urls, bootstrap, stakeholder))
        self._folder.write_private("demo-accounts.json", accounts.demo_accounts(kept))
        return answers

    def _wait_until_ready(self, processes: Processes) -> None:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        for service, url in self._urls.items():
            while not _answers(f"{url}/readyz"):
                self._require_not_stopping()
                ended = processes.first_ended()
                if ended is not None:
                    code = ended.ended() or 0
                    raise CannotRun(
                        f"{ended.name} {ending(code)}: {last_line(ended.log)} Its log is {ended.log}."
                    )
                if time.monotonic() > deadline:
                    raise CannotRun(
                        f"{service} is not ready; its log is {self._folder.logs / service}-web.log."
                    )
                time.sleep(0.1)

    def _require_not_stopping(self) -> None:
        if self._stopping.is_set():
            raise CannotRun("Stopped before it was ready.")

    def _where_to_look(self) -> str:
        return (
            f"  public dashboard   {self._urls['reporting']}/\n"
            f"  donors             {self._urls['donations']}/\n"
            f"  officers, TKSK     {self._urls['programs']}/\n"
            f"  accounts and keys  {self._folder.access}\n"
            f"  logs               {self._folder.logs}\n"
            "Ctrl-C stops it; the next start goes on from here."
        )

    def _go_on_with_demo(self, processes: Processes) -> None:
        """Play the demonstration from where the last start came to, unless that was its end."""
        played = self._folder.read(self._demo_state().name)
        if played and played.get("ended"):
            self._progress.say("The demonstration has played to its end before; what it made is there.")
            return
        self._start_demo(processes)
        how_far = "on from where it stopped" if played else "for about half an hour"
        self._progress.say(
            "The demonstration plays: invented households, officers and donors use the services over HTTP,\n"
            f"{how_far}. Everything can be used meanwhile. How far it is:"
        )

    def _start_demo(self, processes: Processes) -> None:
        officers = self._folder.path / "demo-accounts.json"
        arguments = ["helix", "demo", "play", str(self._folder.access), "--officers", str(officers)]
        processes.start("demo", [*arguments, "--state", str(self._demo_state())], errand=True)

    def _watch(self, processes: Processes) -> None:
        while not self._stopping.wait(1.0):
            if processes.find("demo") is not None:
                self._progress.update()
            for errand, code in processes.take_ended_errands():
                self._tell_of(errand, code)
            if not self._postgres.is_running():
                self._revive_postgres()
            try:
                for sentence in processes.revive():
                    self._progress.say(sentence)
            except CannotRun as failure:
                if self._folder.is_full():
                    raise CannotRun(f"The disk of {self._folder.path} is full. {failure}") from failure
                raise
        self._progress.close()

    def _revive_postgres(self) -> None:
        log = f"its log is {self._postgres.log}"
        self._progress.say(f"PostgreSQL has ended and is started again; {log}.")
        try:
            self._postgres.start()
        except subprocess.CalledProcessError as error:
            full = f"The disk of {self._folder.path} is full. " if self._folder.is_full() else ""
            raise CannotRun(
                f"{full}PostgreSQL did not start again; {log}. Nothing accepted is lost: start Helix again,"
                " and it goes on."
            ) from error

    def _tell_of(self, errand: Child, code: int) -> None:
        """Say how something that ends by itself has ended."""
        self._progress.close()
        if code:
            self._progress.say(
                f"{_ERRANDS[errand.name]} {ending(code)}: {last_line(errand.log)} Its log is {errand.log}."
                " Everything else goes on running."
            )
        elif errand.name == "demo":
            self._progress.say(
                "The demonstration has played to its end; the system stays up with all that it made.\n"
                f"Sign in with the accounts of {self._folder.access}. Ctrl-C stops it."
            )
        else:
            self._progress.say(f"{_ERRANDS[errand.name]} is done.")

    def _stop(self, processes: Processes) -> None:
        self._progress.close()
        self._progress.say("Stopping ...")
        processes.stop()


def _answers(url: str, get: Callable[..., requests.Response] = requests.get) -> bool:
    try:
        return get(url, timeout=2).status_code == 200
    except requests.RequestException:
        return False

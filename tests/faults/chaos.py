"""Whoever pulls plugs: seeded, so that a run can be repeated with the same kills in the same order."""

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import psutil

from tests.faults.load import Person
from tests.faults.machine import COMMANDS, Machine

# A worker that sleeps for longer is no member of its group any more.
SESSION_SECONDS = 13.0

CHANGES_BETWEEN = 5, 20
LONGEST_WAIT_SECONDS = 30.0


class Chaos:
    """Kills parts of a machine, one at a time, at moments of its own choosing."""

    def __init__(self, machine: Machine, seed: int, *, sleeps: bool = False) -> None:
        self.done: Counter[str] = Counter()
        self._machine = machine
        self._chance = random.Random(seed)
        self._kinds: dict[Callable[[], str], int] = {
            self._kill_worker: 6,
            self._kill_web: 4,
            self._kill_web_child: 1,
            self._kill_database: 2,
            self._kill_connection: 1,
        }
        if machine.kafka is not None:
            self._kinds[self._kill_broker] = 3
        if sleeps:
            self._kinds[self._sleep] = 1

    def kill(self, times: int, people: Sequence[Person]) -> None:
        """Kill so many times; between two, wait until a random number of changes were accepted.

        Time alone would say little: where starting takes long, nobody would have come through.
        """
        # Each kind at least once, where there are enough.
        plan = list(self._kinds)[:times]
        plan += self._chance.choices(list(self._kinds), list(self._kinds.values()), k=times - len(plan))
        self._chance.shuffle(plan)
        for kill in plan:
            wanted = _accepted(people) + self._chance.randint(*CHANGES_BETWEEN)
            latest = time.monotonic() + LONGEST_WAIT_SECONDS
            while _accepted(people) < wanted and time.monotonic() < latest:
                self._machine.revive()
                time.sleep(0.02)
            time.sleep(self._chance.uniform(0, 0.1))
            self.done[kill()] += 1

    def _kill_worker(self) -> str:
        return self._restart("worker")

    def _kill_web(self) -> str:
        return self._restart("web")

    def _restart(self, kind: str) -> str:
        name = self._chance.choice([name for name in COMMANDS if name.endswith(kind)])
        self._machine.kill(name)
        self._machine.start(name)
        return name

    def _kill_web_child(self) -> str:
        """Kill the process that answers, and leave it to gunicorn to make another."""
        name = self._chance.choice([name for name in COMMANDS if name.endswith("web")])
        with suppress(psutil.NoSuchProcess):
            for child in self._machine.process(name).children():
                child.kill()
        return f"{name}'s child"

    def _kill_database(self) -> str:
        self._machine.kill_database()
        self._machine.postgres.start()
        return "database"

    def _kill_connection(self) -> str:
        """Kill one of PostgreSQL's processes: it drops all connections and recovers."""
        children = self._machine.database_process().children()
        with suppress(psutil.NoSuchProcess):
            self._chance.choice(children).kill()
        return "one process of the database"

    def _kill_broker(self) -> str:
        assert self._machine.kafka is not None
        self._machine.kafka.kill()
        self._machine.start_broker()
        return "broker"

    def _sleep(self) -> str:
        """Stop a worker for longer than its session, while another one works, and wake it."""
        service = self._chance.choice(["donations", "programs", "reporting"])
        with asleep(self._machine, f"{service}-worker"):
            self._machine.start("another", like=f"{service}-worker")
            time.sleep(SESSION_SECONDS)
        time.sleep(1)
        self._machine.stop("another")
        return f"{service}-worker asleep"


@contextmanager
def asleep(machine: Machine, name: str) -> Iterator[None]:
    """Stop a process for the length of a `with` block."""
    process = machine.process(name)
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def _accepted(people: Sequence[Person]) -> int:
    return sum(person.accepted for person in people)

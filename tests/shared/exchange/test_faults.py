"""What remains true when processes are killed and servers go away. Real processes, real signals."""

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from helix.local.kafka import free_ports, start_for
from shared.bus.topics import all_topics
from shared.ids import new_id
from shared.settings import passthrough
from shared.worker.watchdog import EXIT_STALLED
from tests.prefixed_bus import PrefixedBus
from tests.shared.exchange.side import MakeSide, Side, approved

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

# What PostgreSQL calls the connections of the worker processes.
APPLICATION = "worker"

Start = Callable[..., "Process"]


class Process:
    """A worker process. What it says is read on, so that it never waits for a full pipe."""

    def __init__(self, arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.shared.exchange.worker_process", arguments],
            stderr=subprocess.PIPE,
            text=True,
            env=passthrough() | {"PGAPPNAME": APPLICATION},
        )
        self._lines: list[str] = []
        self._reader = threading.Thread(target=lambda: self._lines.extend(self._process.stderr or ()))
        self._reader.start()
        self.kill, self.terminate = self._process.kill, self._process.terminate
        self.wait, self.poll = self._process.wait, self._process.poll

    def output(self) -> str:
        """Return all that it said, once it has ended."""
        self._reader.join()
        return "".join(self._lines)

    def end(self) -> None:
        self.kill()
        self.wait()
        self._reader.join()
        if self._process.stderr:
            self._process.stderr.close()


@pytest.fixture
def start() -> Iterator[Start]:
    """Return a function that starts a worker process for a side; what is left is killed after the test."""
    with ExitStack() as stack:

        def start_process(
            bus: PrefixedBus, side: Side, handlers: str = "none", *, stall_seconds: int = 60
        ) -> Process:
            given = {
                "service": side.settings.service,
                "url": side.settings.database_url,
                "bus": bus.place,
                "handlers": handlers,
                "stall_seconds": stall_seconds,
            }
            process = Process(json.dumps(given))
            stack.callback(process.end)
            return process

        yield start_process


def _until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


def _seen(side: Side) -> int:
    return int(side.query("SELECT count(*) FROM seen")[0][0])


def _assert_exact(side: Side, events: int) -> None:
    rows = side.query("SELECT event_id, key, name::int FROM seen ORDER BY place")
    assert len(rows) == events
    assert len({event_id for event_id, _, _ in rows}) == events
    for key in {key for _, key, _ in rows}:
        mine = [name for _, owner, name in rows if owner == key]
        assert all(before < after for before, after in pairwise(mine)), "the order within a key was lost"


@contextmanager
def _telling(side: Side, keys: Sequence[Any], events: int, *, per_second: int) -> Iterator[None]:
    """Tell events from a thread, while the test does its worst."""

    def tell() -> None:
        for start in range(0, events, 10):
            side.tell(*(approved(keys[n % len(keys)], n) for n in range(start, start + 10)))
            time.sleep(10 / per_second)

    thread = threading.Thread(target=tell)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def test_killing_workers_loses_nothing_doubles_nothing_and_keeps_the_order(
    donations: Side, reporting: Side, bus: PrefixedBus, start: Start
) -> None:
    events = 3_000
    random.seed(35_17)
    processes = {
        "relay": start(bus, donations),
        "one": start(bus, reporting, "see"),
        "two": start(bus, reporting, "see"),
    }
    with _telling(donations, [new_id() for _ in range(20)], events, per_second=400):
        for _ in range(6):
            time.sleep(random.uniform(0.8, 1.6))
            name = random.choice(list(processes))
            processes[name].kill()
            processes[name].wait()
            processes[name] = start(bus, donations) if name == "relay" else start(bus, reporting, "see")
    _until(lambda: _seen(reporting) >= events, 90)
    time.sleep(1)
    _assert_exact(reporting, events)
    assert donations.query("SELECT count(*) FROM outbox") == [(0,)]


def test_another_worker_takes_over_within_seconds(
    donations: Side, reporting: Side, bus: PrefixedBus, start: Start
) -> None:
    start(bus, donations)
    first = start(bus, reporting, "see")
    donations.tell(*(approved(new_id(), n) for n in range(50)))
    _until(lambda: _seen(reporting) == 50, 90)
    start(bus, reporting, "see")
    time.sleep(3)
    first.kill()
    donations.tell(*(approved(new_id(), n) for n in range(50, 100)))
    _until(lambda: _seen(reporting) == 100, 30)


def test_a_stop_finishes_what_is_in_hand_and_leaves_at_once(
    donations: Side, reporting: Side, bus: PrefixedBus, start: Start
) -> None:
    process = start(bus, reporting, "see")
    relay = start(bus, donations)
    donations.tell(*(approved(new_id(), n) for n in range(100)))
    _until(lambda: _seen(reporting) > 0, 120)
    for each in (process, relay):
        started = time.monotonic()
        each.terminate()
        assert each.wait(10) == 0
        assert time.monotonic() - started < 5


def test_a_worker_that_does_not_get_on_shows_its_stacks_and_ends(
    donations: Side, reporting: Side, bus: PrefixedBus, start: Start
) -> None:
    start(bus, donations)
    stuck = start(bus, reporting, "sleep", stall_seconds=2)
    donations.tell(approved(new_id(), 1))
    assert stuck.wait(90) == EXIT_STALLED
    output = stuck.output()
    assert "the place has not moved for 2 s" in output
    assert "_sleep_for_ever" in output


def test_losing_every_database_connection_only_delays(
    donations: Side, reporting: Side, bus: PrefixedBus, start: Start
) -> None:
    events = 1_200
    start(bus, donations)
    process = start(bus, reporting, "see")
    with _telling(donations, [new_id() for _ in range(5)], events, per_second=200):
        _until(lambda: _seen(reporting) > 0, 120)
        ended = 0
        for _ in range(4):
            time.sleep(0.7)
            cut = (
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = :name"
            )
            ended += donations.query(cut, name=APPLICATION)[0][0]
    _until(lambda: _seen(reporting) >= events, 60)
    _assert_exact(reporting, events)
    assert ended > 4
    assert process.poll() is None


@pytest.mark.kafka
def test_a_broker_that_is_away_only_delays(tmp_path: Path, make_side: MakeSide, start: Start) -> None:
    ports = free_ports()
    broker = start_for(tmp_path, tmp_path, *ports)
    bus = PrefixedBus("kafka", broker.bootstrap, "own.")
    donations, reporting = make_side("donations"), make_side("reporting")
    bus.ensure_topics(all_topics(reporting.settings))
    start(bus, donations)
    start(bus, reporting, "see")
    try:
        donations.tell(*(approved(new_id(), n) for n in range(10)))
        _until(lambda: _seen(reporting) == 10, 30)
        broker.kill()
        donations.tell(*(approved(new_id(), n) for n in range(10, 30)))
        time.sleep(5)
        assert donations.query("SELECT count(*) FROM outbox") == [(20,)]
        broker = start_for(tmp_path, tmp_path, *ports)
        _until(lambda: _seen(reporting) == 30, 60)
        _assert_exact(reporting, 30)
    finally:
        bus.close()
        broker.stop()

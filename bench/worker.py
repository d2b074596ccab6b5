"""How fast a worker applies events, on both buses, beside a bare loop over Kafka."""

import json
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any

import psycopg
from kafka import KafkaAdminClient  # noqa: TID251 - it tells who shares the partitions

from bench.pledges import COLUMNS, TABLE, TOPIC, message_of, pledge, put
from bench.processors import Meter
from bench.result import Result, rates
from bench.servers import Servers, servers

EVENTS = 60_000
# Two need a while to share the partitions, in which one of them has begun already.
EVENTS_OF_TWO = 4 * EVENTS
ROUNDS = 3


def measure() -> list[Result]:
    """Let each contender take its turn, a few rounds long."""
    taken: dict[str, list[float]] = defaultdict(list)
    one, two = Meter(), Meter()
    with servers() as found:
        for kind in ("kafka", "builtin"):
            bus = found.bus(kind)
            put(bus, (message_of(pledge()) for _ in range(EVENTS_OF_TWO if kind == "kafka" else EVENTS)))
            bus.close()
        for _ in range(ROUNDS):
            taken["bare"].append(bare_rate(found, EVENTS, [TOPIC], COLUMNS))
            taken["one"].append(worker_rate(found, "kafka", 1, meter=one))
            taken["two"].append(worker_rate(found, "kafka", 2, EVENTS_OF_TWO, two))
            taken["builtin"].append(worker_rate(found, "builtin", 1))
    return [
        rates("worker on Kafka, the bench's projection", taken["one"], taken["bare"], "0.8"),
        rates("two of them, a partition each, beside one loop", taken["two"], taken["bare"], "1.5"),
        Result("processors busy with two, beside one", two.busy(), one.busy()),
        rates("worker on the built-in log, beside the loop on Kafka", taken["builtin"], taken["bare"], "1.0"),
    ]


def bare_rate(found: Servers, events: int, topics: Sequence[str], columns: Sequence[str]) -> float:
    """Return the events per second of the bare loop, which keeps these columns of each event."""
    url = found.postgres.ensure_database(f"bare_{time.monotonic_ns()}")
    given = {"url": url, "bootstrap": found.bootstrap, "events": events, "topics": topics, "columns": columns}
    command = [sys.executable, "-m", "bench.contender", "bare", json.dumps(given)]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def worker_rate(
    found: Servers, kind: str, processes: int, events: int = EVENTS, meter: Meter | None = None
) -> float:
    """Return the events per second of worker processes that read everything from the beginning."""
    url = found.database([TABLE])
    with (
        running([found.worker("reporting", url, kind)] * processes),
        psycopg.connect(url, autocommit=True) as connection,
    ):
        if processes > 1:
            _await_members(found.bootstrap, processes)
        first = _await(connection, 1)
        with meter.turn() if meter else nullcontext():
            began = time.perf_counter()
            done = _await(connection, events)
            seconds = time.perf_counter() - began
        return (done - first) / seconds


@contextmanager
def running(given: Sequence[dict[str, Any]]) -> Iterator[None]:
    """Run worker processes; stop them at the end."""
    with ExitStack() as stack:
        for each in given:
            command = [sys.executable, "-m", "bench.contender", "worker", json.dumps(each)]
            process = subprocess.Popen(command)
            stack.callback(process.wait, 30)
            stack.callback(process.send_signal, signal.SIGTERM)
        yield


def _await_members(bootstrap: str, processes: int) -> None:
    """Wait until each process has partitions of its own."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        group = admin.describe_groups(["reporting"])["reporting"]
        # While they are being shared a member has an assignment that says nothing yet.
        shares = [one["member_assignment"] for one in group["members"]]
        having = [share for share in shares if share and share["assigned_partitions"]]
        if len(having) == processes:
            admin.close()
            return
        time.sleep(0.02)
    raise SystemExit("the workers did not share the partitions")


def _await(connection: "psycopg.Connection[Any]", events: int) -> int:
    """Wait until so many are applied; return how many there are."""
    began = time.monotonic()
    while time.monotonic() - began < 120:
        parts = connection.execute(
            "SELECT next_offset FROM consumer_offset WHERE topic = %s AND next_offset > 0", (TOPIC,)
        ).fetchall()
        done = sum(place for (place,) in parts)
        if done >= events:
            return int(done)
        time.sleep(0.01)
    raise SystemExit("the worker did not get on")

"""How long an event takes for one hop: commit, relay, bus, worker, projection committed."""

import statistics
import threading
import time
from collections.abc import Iterator
from uuid import UUID

import psycopg

from bench.pledges import TABLE, pledge
from bench.result import Result
from bench.servers import Servers, servers, sessions_of
from bench.worker import running
from shared import outbox

# Events a second, and how many of them.
PACES = {"idle": (10, 100), "50/s": (50, 300)}

_SEEN = "SELECT pledge FROM pledge WHERE pledge = ANY(%s)"


def measure() -> list[Result]:
    """Let events pass at each pace, on each bus."""
    with servers() as found:
        return [line for kind in ("kafka", "builtin") for line in _over(found, kind)]


def _over(found: Servers, kind: str) -> Iterator[Result]:
    tells, hears = found.database(), found.database([TABLE])
    workers = [found.worker("donations", tells, kind), found.worker("reporting", hears, kind)]
    with running(workers):
        # Once the first has arrived everything is connected.
        _milliseconds(tells, hears, 1, 1)
        for name, (pace, events) in PACES.items():
            taken = sorted(_milliseconds(tells, hears, pace, events))
            p50, p99 = statistics.median(taken), taken[int(0.99 * events)]
            yield Result(f"one hop, {kind}, {name}", f"p50 {p50:.1f} ms, p99 {p99:.1f} ms")


def _milliseconds(tells: str, hears: str, pace: int, events: int) -> list[float]:
    """Return how long after its commit each event was to be seen in the projection."""
    told: dict[UUID, float] = {}
    teller = threading.Thread(target=_tell, args=(tells, pace, events, told))
    teller.start()
    taken: list[float] = []
    with psycopg.connect(hears, autocommit=True) as connection:
        while len(taken) < events:
            for (seen,) in connection.execute(_SEEN, (list(told),), binary=True).fetchall():
                taken.append((time.perf_counter() - told.pop(seen)) * 1_000)
            time.sleep(0.0005)
    teller.join()
    return taken


def _tell(url: str, pace: int, events: int, told: dict[UUID, float]) -> None:
    sessions = sessions_of(url)
    began = time.perf_counter()
    for number in range(events):
        time.sleep(max(0.0, began + number / pace - time.perf_counter()))
        event = pledge()
        with sessions.begin() as session:
            outbox.record(session, event)
        told[event.pledge] = time.perf_counter()

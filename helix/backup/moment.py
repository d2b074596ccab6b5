"""One moment of three databases and of the log, while everything goes on.

An event enters the world by its row in a producer's outbox. While nobody can add to any outbox, what
is committed in the three databases fits together, wherever they are: no consumer knows an event that
its producer does not. The log is read up to its ends of that time. What it holds of the rows that still
wait in an outbox comes once more after a restore, with the same ids, and takes effect once.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.errors import DeadlockDetected, LockNotAvailable

from helix.backup.failure import CannotBackUp
from shared.bus import Part

# A transaction that is at work is waited for so long; those behind it wait as well, and then get on first.
PATIENCE_MS = 1_000
TRIES = 30
_PAUSE_SECONDS = 1.0

_Connection = psycopg.Connection[Any]
Ends = Mapping[Part, int]


@dataclass(frozen=True, slots=True)
class Moment:
    """A snapshot of each service's database, where the log ended, and for how long writers waited."""

    snapshots: Mapping[str, str]
    ends: Ends
    seconds: float


@contextmanager
def one_moment(databases: Mapping[str, str], read_ends: Callable[[], Ends]) -> Iterator[Moment]:
    """Give a moment; its snapshots can be read until the context ends. Writers wait only while it is taken."""
    with ExitStack() as stack:
        gates = {name: stack.enter_context(_connected(url)) for name, url in databases.items()}
        keepers = {name: stack.enter_context(_connected(url)) for name, url in databases.items()}
        # The bus connects before anybody waits for it.
        read_ends()
        for _ in range(TRIES):
            began = time.monotonic()
            try:
                _shut(gates)
                # All are shut before the first is looked at.
                snapshots = {name: _snapshot(keeper) for name, keeper in keepers.items()}
                # After the databases: no consumer is further than the log is kept.
                ends = read_ends()
                break
            except (LockNotAvailable, DeadlockDetected):
                time.sleep(_PAUSE_SECONDS)
            finally:
                _open(gates)
        else:
            raise CannotBackUp("A transaction that writes events does not end; try again when it has.")
        yield Moment(snapshots, ends, time.monotonic() - began)


def _shut(gates: Mapping[str, _Connection]) -> None:
    """Let nobody add to an outbox; reading goes on."""
    for gate in gates.values():
        gate.execute("BEGIN")
        gate.execute(f"SET LOCAL lock_timeout = {PATIENCE_MS}")
        gate.execute("LOCK TABLE outbox IN SHARE MODE")


def _open(gates: Mapping[str, _Connection]) -> None:
    for gate in gates.values():
        gate.execute("ROLLBACK")


def _snapshot(keeper: _Connection) -> str:
    keeper.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    row = keeper.execute("SELECT pg_export_snapshot()").fetchone()
    return str(row[0]) if row else ""


@contextmanager
def _connected(url: str) -> Iterator[_Connection]:
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        yield connection

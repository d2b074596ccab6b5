"""A reader of the built-in log. Members of a group share its partitions by advisory locks.

Each member shows that it lives by a shared lock on its group's name, and the partition that it
reads by a lock of its own on it: a process that is killed lets go of both at once. Members sort
themselves by their connection's process id and take every n-th partition.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import msgspec
import psycopg

from shared.bus.interface import BusRefused, BusUnavailable, Headers, Locate, Part, Positions, Record
from shared.silence import SILENCE_SECONDS, end_deaf

T = TypeVar("T")

REBALANCE_SECONDS = 0.5

# Where whoever appends says to which topic.
CHANNEL = "helix_log"

# A member looks every half second. One that has not for so long is stopped: its partitions become free. It is
# longer than a batch may take, for which a member waits before it looks again.
_SILENCE = f"SET idle_session_timeout = '{SILENCE_SECONDS}s'"

_MEMBERS = """
    SELECT pid FROM pg_locks
    WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted AND objsubid = 1
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (classid::bigint << 32) | objid::bigint = hashtextextended(%s, 0)
    ORDER BY pid
"""
_READ = """
    SELECT l.topic, l.part, l.off, l.key, l.headers, l.value
    FROM unnest(%s::text[], %s::int[], %s::bigint[]) AS at (topic, part, off)
    CROSS JOIN LATERAL (
        SELECT * FROM log WHERE (log.topic, log.part) = (at.topic, at.part) AND log.off >= at.off
        ORDER BY log.off LIMIT %s
    ) AS l
    ORDER BY l.topic, l.part, l.off
"""
_LAG = """
    SELECT h.topic, h.part, h.next_off - at.off
    FROM unnest(%s::text[], %s::int[], %s::bigint[]) AS at (topic, part, off)
    JOIN log_head h ON (h.topic, h.part) = (at.topic, at.part)
"""
_HINT = """
    INSERT INTO group_hint (consumer, topic, part, next_off)
    SELECT %s, * FROM unnest(%s::text[], %s::int[], %s::bigint[])
    ON CONFLICT (consumer, topic, part) DO UPDATE SET next_off = excluded.next_off
"""

_HEADERS = msgspec.msgpack.Decoder(Headers)


class BuiltinConsumer:
    """Reads the partitions it holds, from where `locate` says."""

    def __init__(
        self,
        open_connection: Callable[[], psycopg.Connection[Any]],
        group: str | None,
        parts: Sequence[Part],
        locate: Locate,
    ) -> None:
        self._open = open_connection
        self._group = group
        self._parts = tuple(sorted(parts))
        self._topics = {part.topic for part in parts}
        self._locate = locate
        self._positions: dict[Part, int] = {}
        self._connection: psycopg.Connection[Any] | None = None
        self._next_rebalance = 0.0

    def poll(self, seconds: float, limit: int) -> list[Record]:
        """Return up to `limit` records; wait for the first so long."""
        deadline = time.monotonic() + seconds
        while True:
            records = self._guard(lambda connection: self._read(connection, limit))
            left = min(deadline - time.monotonic(), REBALANCE_SECONDS)
            if records or left <= 0:
                return records
            self._guard(partial(self._wait, seconds=left))

    def rewind(self) -> None:
        """Ask `locate` again where to read from."""
        self._start(tuple(self._positions))

    def rest(self, seconds: float) -> None:
        """Stay a member without reading: the locks belong to the connection."""
        time.sleep(seconds)

    def assigned(self) -> tuple[Part, ...]:
        """Return the partitions it holds now."""
        return tuple(self._positions)

    def lag(self) -> dict[Part, int]:
        """Return how many records each held partition has after the position."""
        rows = self._guard(lambda connection: connection.execute(_LAG, _columns(self._positions)).fetchall())
        return {Part(topic, part): lag for topic, part, lag in rows}

    def hint(self, positions: Positions) -> None:
        """Store how far the group is, for people who look at the log."""
        if self._group is not None and positions:
            row = (self._group, *_columns(positions))
            self._guard(lambda connection: connection.execute(_HINT, row))

    def close(self) -> None:
        """Close the connection, and with it let go of the partitions."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._positions = {}

    def _guard(self, action: Callable[[psycopg.Connection[Any]], T]) -> T:
        try:
            return action(self._connection or self._join())
        except psycopg.OperationalError as error:
            # The locks went with the connection: another member may read these partitions by now.
            self.close()
            raise BusUnavailable("the log's database went away") from error

    def _join(self) -> psycopg.Connection[Any]:
        connection = self._connection = self._open()
        connection.execute(_SILENCE)
        connection.execute(f"LISTEN {CHANNEL}")
        if self._group is None:
            self._start(self._parts)
        else:
            self._connection.execute(
                "SELECT pg_advisory_lock_shared(hashtextextended(%s, 0))", (self._group,)
            )
            self._next_rebalance = 0.0
        return connection

    def _read(self, connection: psycopg.Connection[Any], limit: int) -> list[Record]:
        if self._group is not None and time.monotonic() >= self._next_rebalance:
            self._rebalance(connection, self._group)
        if not self._positions:
            return []
        # Each partition gets its share of the batch, so that none starves behind a busy one.
        share = max(1, limit // len(self._positions))
        rows = connection.execute(_READ, (*_columns(self._positions), share), binary=True)
        records = [
            Record(t, p, off, key, _HEADERS.decode(headers), value) for t, p, off, key, headers, value in rows
        ]
        for record in records:
            expected = self._positions[record.part]
            if record.offset != expected:
                raise BusRefused(
                    f"{record.topic} no longer has offset {expected} of partition {record.partition}"
                )
            self._positions[record.part] = expected + 1
        return records

    def _wait(self, connection: psycopg.Connection[Any], seconds: float) -> None:
        """Return when something was appended to a topic that it reads, or after so long."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            for appended in connection.notifies(timeout=left, stop_after=1):
                if appended.payload in self._topics:
                    return

    def _rebalance(self, connection: psycopg.Connection[Any], group: str) -> None:
        """Let go of the partitions that are another member's turn, and take those that are free."""
        self._next_rebalance = time.monotonic() + REBALANCE_SECONDS
        members = [pid for (pid,) in connection.execute(_MEMBERS, (group,))]
        if len(members) > 1:
            end_deaf(connection)
        turn = members.index(connection.info.backend_pid)
        mine = set(self._parts[turn :: len(members)])
        held = set(self._positions)
        for part in held - mine:
            connection.execute(
                "SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (_lock_name(group, part),)
            )
        taken = {part for part in mine - held if _try_lock(connection, _lock_name(group, part))}
        if taken or held - mine:
            self._start(tuple(sorted((held & mine) | taken)))

    def _start(self, parts: tuple[Part, ...]) -> None:
        try:
            positions = dict(self._locate(parts))
        except BaseException:
            # Locks without positions would keep the partitions from those who could read them.
            self.close()
            raise
        self._positions = positions
        for part, lag in self.lag().items():
            if lag < 0:
                raise BusRefused(
                    f"{part.topic} has not reached offset {positions[part]} of partition {part.partition}"
                )


def _columns(positions: Positions) -> tuple[list[str], list[int], list[int]]:
    return [p.topic for p in positions], [p.partition for p in positions], list(positions.values())


def _lock_name(group: str, part: Part) -> str:
    return f"{group}/{part.topic}/{part.partition}"


def _try_lock(connection: psycopg.Connection[Any], name: str) -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (name,)).fetchone()
    return bool(row and row[0])

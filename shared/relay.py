"""The relay: takes what is in the outbox to the bus, in order, one relay for each service."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import msgspec
import psycopg
from psycopg.types.json import set_json_loads

from shared.bus.interface import Message, Producer
from shared.events.envelope import Envelope, Origin
from shared.silence import APPLICATION, SILENCE_SECONDS

BATCH = 2_000

# A relay looks every second. One that has not for so long is stopped, or its machine is gone: another takes
# over. It is longer than it takes to publish a batch, because the rows are deleted on the same connection.
_SILENCE = f"-c idle_session_timeout={SILENCE_SECONDS}s"

_log = logging.getLogger(__name__)

_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('relay', 0))"
_OLDEST = """
    SELECT seq, id, topic, key, type, headers, value, created_at FROM outbox ORDER BY seq LIMIT %s
"""
_DELETE = "DELETE FROM outbox WHERE seq = ANY(%s)"
_BACKLOG = "SELECT count(*), coalesce(extract(epoch FROM now() - min(created_at)), 0)::float FROM outbox"


class Relay:
    """Publishes and deletes rows. It holds an advisory lock: two relays would publish out of order."""

    def __init__(self, url: str, producer: Producer, origin: Origin) -> None:
        self._url = url
        self._producer = producer
        self._origin = origin
        self._connection: psycopg.Connection[Any] | None = None

    def publish_batch(self) -> int | None:
        """Publish the oldest rows; return how many, or None where another relay is at work.

        Rows are deleted only once the bus has acknowledged every one of them. A relay that ends in
        between leaves them to be published again: readers drop what they have seen.
        Raises BusUnavailable or psycopg.OperationalError; call again later.
        """
        try:
            connection = self._connection or self._take_over()
            if connection is None:
                return None
            # In binary, because most of a row is its value.
            rows = connection.execute(_OLDEST, (BATCH,), binary=True).fetchall()
            if rows:
                self._producer.publish([self._message(row) for row in rows])
                connection.execute(_DELETE, ([row[0] for row in rows],))
        except psycopg.OperationalError:
            self._let_go()
            raise
        return len(rows)

    def publish_all(self) -> int:
        """Publish until the outbox is empty; return how many rows there were."""
        total = 0
        while published := self.publish_batch():
            total += published
        return total

    def backlog(self) -> tuple[int, float]:
        """Return how many rows wait, and the age of the oldest in seconds."""
        if self._connection is None:
            return 0, 0.0
        row = self._connection.execute(_BACKLOG).fetchone()
        return (row[0], max(0.0, row[1])) if row else (0, 0.0)

    def close(self) -> None:
        """Let go of the lock and of the bus."""
        self._let_go()
        self._producer.close()

    def _message(self, row: Sequence[Any]) -> Message:
        _, event_id, topic, key, type_name, context, value, created_at = row
        envelope = Envelope(event_id, type_name, created_at, key, context)
        return Message(topic, key.encode(), envelope.headers(self._origin), value)

    def _take_over(self) -> psycopg.Connection[Any] | None:
        connection = psycopg.connect(
            self._url, autocommit=True, connect_timeout=5, application_name=APPLICATION, options=_SILENCE
        )
        row = connection.execute(_LOCK).fetchone()
        if row and row[0]:
            set_json_loads(msgspec.json.decode, connection)
            self._connection = connection
            return connection
        connection.close()
        return None

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        # The server notices a closed connection a moment later; the next relay need not wait for that.
        with suppress(psycopg.Error):
            connection.execute("SELECT pg_advisory_unlock_all()")
        connection.close()

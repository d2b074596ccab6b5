"""The built-in log: an append-only table in PostgreSQL, for one machine without Kafka."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import psycopg

from shared.bus.builtin_consumer import CHANNEL, BuiltinConsumer
from shared.bus.interface import BusRefused, BusUnavailable, Consumer, Headers, Locate, Message, Part, Topic
from shared.bus.log_tables import ensure_tables
from shared.bus.partition import choose
from shared.silence import APPLICATION, SILENCE_SECONDS

# A NOTIFY of its own for each topic: who does not read it sleeps on.
_NOTIFY = "SELECT pg_notify(%s, topic) FROM unnest(%s::text[]) AS topic"

# An append locks the heads of its partitions: one that was stopped in it must not keep others out for ever.
_SILENCE = (
    f"-c statement_timeout={SILENCE_SECONDS}s -c idle_in_transaction_session_timeout={SILENCE_SECONDS}s"
)

_ENDS = "SELECT part, next_off FROM log_head WHERE topic = %s ORDER BY part"
_BEGINNINGS = """
    SELECT h.part, coalesce((SELECT min(off) FROM log l WHERE (l.topic, l.part) = (h.topic, h.part)), h.next_off)
    FROM log_head h WHERE topic = %s ORDER BY h.part
"""


class BuiltinBus:
    """The bus of one machine, in a database of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._ready = False
        self._lock = threading.Lock()

    def ensure_topics(self, topics: Iterable[Topic]) -> list[str]:
        """Make the topics that are absent; return their names."""
        made = []
        with self._connection() as connection, connection.transaction():
            for topic in topics:
                found = connection.execute(
                    "INSERT INTO topic (name, partitions) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING name",
                    (topic.name, topic.partitions),
                ).fetchone()
                if found is not None:
                    made.append(topic.name)
                    connection.execute(
                        "INSERT INTO log_head (topic, part) SELECT %s, generate_series(0, %s - 1)",
                        (topic.name, topic.partitions),
                    )
        return made

    def producer(self) -> "BuiltinProducer":
        """Return a new producer."""
        return BuiltinProducer(self._open)

    def consumer(self, group: str | None, topics: Sequence[str], locate: Locate) -> Consumer:
        """Return a member of a group, or a reader of all partitions."""
        parts = tuple(part for topic in topics for part in self.parts(topic))
        return BuiltinConsumer(self._open, group, parts, locate)

    def parts(self, topic: str) -> tuple[Part, ...]:
        """Return the partitions of a topic, in order."""
        return tuple(self.end_offsets(topic))

    def beginning_offsets(self, topic: str) -> dict[Part, int]:
        """Return the offset of the oldest record that is kept, for each partition."""
        return self._offsets(_BEGINNINGS, topic)

    def end_offsets(self, topic: str) -> dict[Part, int]:
        """Return the offset that the next record will get, for each partition."""
        return self._offsets(_ENDS, topic)

    def healthy(self) -> bool:
        """Say whether the log's database answers."""
        try:
            with self._connection() as connection:
                connection.execute("SELECT 1")
        except BusUnavailable:
            return False
        return True

    def close(self) -> None:
        """Nothing is held: every producer and consumer has its own connection."""

    def _offsets(self, query: str, topic: str) -> dict[Part, int]:
        with self._connection() as connection:
            found = {Part(topic, part): off for part, off in connection.execute(query, (topic,))}
        if not found:
            raise BusRefused(f"there is no topic {topic}; make the topics first")
        return found

    def _open(self) -> psycopg.Connection[Any]:
        try:
            connection = psycopg.connect(
                self._url, autocommit=True, connect_timeout=5, application_name=APPLICATION, options=_SILENCE
            )
        except psycopg.OperationalError as error:
            raise BusUnavailable("the log's database does not answer") from error
        with self._lock:
            if not self._ready:
                ensure_tables(connection)
                self._ready = True
        return connection

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        connection = self._open()
        try:
            yield connection
        except psycopg.OperationalError as error:
            raise BusUnavailable("the log's database went away") from error
        finally:
            connection.close()


class BuiltinProducer:
    """Appends to the log, one transaction for each call."""

    def __init__(self, open_connection: Any) -> None:
        self._open = open_connection
        self._connection: psycopg.Connection[Any] | None = None
        self._partitions: dict[str, int] = {}

    def publish(self, messages: Sequence[Message]) -> None:
        """Append all messages or none."""
        if not messages:
            return
        try:
            if self._connection is None:
                self._connection = self._open()
            with self._connection.transaction():
                self._append(self._connection, messages)
        except psycopg.OperationalError as error:
            self.close()
            raise BusUnavailable("the log's database went away") from error

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _append(self, connection: psycopg.Connection[Any], messages: Sequence[Message]) -> None:
        placed = [(self._place(connection, message), message) for message in messages]
        offsets = self._lock_heads(connection, sorted({part for part, _ in placed}))
        with connection.cursor().copy(
            "COPY log (topic, part, off, key, headers, value) FROM STDIN (FORMAT binary)"
        ) as copy:
            copy.set_types(("text", "int4", "int8", "bytea", "bytea", "bytea"))
            for part, message in placed:
                headers = encode_headers(message.headers)
                copy.write_row(
                    (part.topic, part.partition, offsets[part], message.key, headers, message.value)
                )
                offsets[part] += 1
        connection.execute(
            "UPDATE log_head SET next_off = new.off FROM unnest(%s::text[], %s::int[], %s::bigint[])"
            " AS new (topic, part, off) WHERE (log_head.topic, log_head.part) = (new.topic, new.part)",
            ([p.topic for p in offsets], [p.partition for p in offsets], list(offsets.values())),
        )
        # Appends wait for each other on the heads anyhow, so a NOTIFY in the transaction costs nothing more.
        connection.execute(_NOTIFY, (CHANNEL, sorted({part.topic for part in offsets})))

    def _place(self, connection: psycopg.Connection[Any], message: Message) -> Part:
        if message.partition is not None:
            return Part(message.topic, message.partition)
        if message.topic not in self._partitions:
            row = connection.execute(
                "SELECT partitions FROM topic WHERE name = %s", (message.topic,)
            ).fetchone()
            if row is None:
                raise BusRefused(f"there is no topic {message.topic}; make the topics first")
            self._partitions[message.topic] = row[0]
        return Part(message.topic, choose(message.key, self._partitions[message.topic]))

    def _lock_heads(self, connection: psycopg.Connection[Any], parts: list[Part]) -> dict[Part, int]:
        """Lock the heads, in one order for all producers, and return the next offsets."""
        rows = connection.execute(
            "SELECT topic, part, next_off FROM log_head WHERE (topic, part) IN"
            " (SELECT * FROM unnest(%s::text[], %s::int[])) ORDER BY topic, part FOR UPDATE",
            ([p.topic for p in parts], [p.partition for p in parts]),
        )
        found = {Part(topic, part): off for topic, part, off in rows}
        if len(found) < len(parts):
            raise BusRefused("a partition does not exist")
        return found


def encode_headers(headers: Headers) -> bytes:
    """Return headers as the log stores them: any bytes are allowed in a value."""
    return msgspec.msgpack.encode(headers)

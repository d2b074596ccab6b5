"""What a bus is. Two implementations follow it: Apache Kafka, and a built-in log in PostgreSQL.

A topic has partitions; a partition is an ordered log with an offset for each record. Records of
one key are in one partition. A consumer's place is not the bus's business: it is kept in the
consumer's own database, and the bus is told of it as a hint.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

Headers = tuple[tuple[str, bytes], ...]

# Kafka's own default, with a record's key and headers; what we publish stays well below.
LARGEST_RECORD = 1_048_588
LARGEST_VALUE = 900_000
# What others publish may be as large as a record can be, and a dead letter adds headers of its own.
LARGEST_LETTER = 2 * LARGEST_RECORD


class BusUnavailable(Exception):
    """The bus is away or slow. Nothing was lost; try again later."""


class BusRefused(Exception):
    """The bus will never take this, or has lost what was asked for: a person must look."""


class Part(NamedTuple):
    """One partition of one topic."""

    topic: str
    partition: int


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic to be made. It keeps its records for ever: who begins anew reads from the beginning.

    `largest` is the size in bytes of the largest record it takes, all included.
    """

    name: str
    partitions: int
    replication: int = 1
    largest: int = LARGEST_RECORD


class Message(NamedTuple):
    """What is put on the bus. Without a partition the key chooses it (murmur2, as Kafka's clients do)."""

    topic: str
    key: bytes
    headers: Headers
    value: bytes
    partition: int | None = None


class Record(NamedTuple):
    """What is read from the bus, as it came."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: Headers
    value: bytes | None

    @property
    def part(self) -> Part:
        """Return the partition it is in."""
        return Part(self.topic, self.partition)


Positions = Mapping[Part, int]
Locate = Callable[[Sequence[Part]], Positions]


class Producer(Protocol):
    """Puts messages on the bus. One thread uses it."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Return once every message is durable; messages of one partition keep their order.

        Raises BusUnavailable if any may be missing: publish all of them again.
        """

    def close(self) -> None:
        """Let go of connections."""


class Consumer(Protocol):
    """Reads partitions from where `locate` says. One thread uses it."""

    def poll(self, seconds: float, limit: int) -> list[Record]:
        """Return up to `limit` records, each partition's in order; wait for the first so long.

        Calls `locate` with all the partitions it holds whenever they change.
        """

    def rewind(self) -> None:
        """Forget what was read ahead, and ask `locate` again where to read from."""

    def rest(self, seconds: float) -> None:
        """Stay a member without reading, for about so long."""

    def assigned(self) -> tuple[Part, ...]:
        """Return the partitions it holds now."""

    def lag(self) -> dict[Part, int]:
        """Return how many records each held partition has after the position; raises BusUnavailable."""

    def hint(self, positions: Positions) -> None:
        """Tell the bus, without waiting, how far the group is: for other people's tools only."""

    def close(self) -> None:
        """Leave the group and let go of connections."""


class Bus(Protocol):
    """One bus, reached from one process."""

    def ensure_topics(self, topics: Iterable[Topic]) -> list[str]:
        """Make the topics that are absent; return their names."""

    def producer(self) -> Producer:
        """Return a new producer."""

    def consumer(self, group: str | None, topics: Sequence[str], locate: Locate) -> Consumer:
        """Return a new consumer: a member that shares the partitions with its group, or, without
        a group, a reader of all of them.
        """

    def parts(self, topic: str) -> tuple[Part, ...]:
        """Return the partitions of a topic, in order; raises BusRefused if there is no such topic."""

    def beginning_offsets(self, topic: str) -> dict[Part, int]:
        """Return the offset of the oldest record that is kept, for each partition."""

    def end_offsets(self, topic: str) -> dict[Part, int]:
        """Return the offset that the next record will get, for each partition."""

    def healthy(self) -> bool:
        """Say whether the bus answers."""

    def close(self) -> None:
        """Let go of connections."""

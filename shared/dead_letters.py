"""Events that a service could not take: kept on a topic of its own, looked at, and handed back.

A dead letter is the record as it came with `dlq_*` headers. To redrive one is to put it, with its
id, on the service's own redrive topic, which only this service reads: its handlers see it as any
other event, and nobody else's. The id lets it take effect once, however often it is redriven. They
are told the offset at which it came first: what was told after it holds, as if it had come in order.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from shared.bus.interface import Bus, BusUnavailable, Headers, Message, Part, Record
from shared.events.catalogue import dead_letter_topic_of, redrive_topic_of
from shared.events.envelope import Poison

# How long to wait for the next records of what is known to be there.
PATIENCE_SECONDS = 15.0

_PREFIX = "dlq_"


class Position(NamedTuple):
    """Where a dead letter is: partition and offset on the service's dead-letter topic."""

    partition: int
    offset: int

    @classmethod
    def parse(cls, text: str) -> "Position":
        """Read `partition:offset`; raises ValueError."""
        partition, _, offset = text.partition(":")
        return cls(int(partition), int(offset))

    def __str__(self) -> str:
        """Return `partition:offset`."""
        return f"{self.partition}:{self.offset}"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One event that was put aside, and why."""

    position: Position
    event_id: str
    type: str
    reason: str
    error: str
    topic: str
    partition: int
    offset: int
    attempts: int
    key: str
    headers: Headers
    value: bytes


def letter(record: Record, service: str, *, reason: str, error: str, attempts: int) -> Message:
    """Return the dead letter of a record. One that was redriven keeps telling where it first came from."""
    redriven = record.topic == redrive_topic_of(service)
    before = {name: value for name, value in record.headers if redriven and name.startswith(_PREFIX)}
    place = {
        "dlq_topic": record.topic,
        "dlq_partition": str(record.partition),
        "dlq_offset": str(record.offset),
    }
    first = {name: before.get(name, value.encode()) for name, value in place.items()}
    total = attempts + _number(before.get("dlq_attempts", b""), otherwise=0)
    told = {"dlq_reason": reason.encode(), "dlq_error": error.encode(), "dlq_attempts": str(total).encode()}
    headers = (*_without_ours(record.headers), *first.items(), *told.items())
    return Message(dead_letter_topic_of(service), record.key or b"", headers, record.value or b"")


def origin_of(record: Record) -> tuple[Part, int]:
    """Return where a redriven record came from first: partition and offset; raises Poison."""
    headers = dict(record.headers)
    try:
        part = Part(headers["dlq_topic"].decode(), int(headers["dlq_partition"]))
        return part, int(headers["dlq_offset"])
    except (KeyError, ValueError):
        raise Poison("malformed_header", "A redriven event does not say where it came from.") from None


def list_(bus: Bus, service: str) -> Iterator[DeadLetter]:
    """Yield every dead letter of a service, the oldest of each partition first."""
    topic = dead_letter_topic_of(service)
    ends = bus.end_offsets(topic)
    positions = bus.beginning_offsets(topic)
    reader = bus.consumer(None, [topic], lambda parts: {part: positions[part] for part in parts})
    try:
        while any(positions[part] < ends[part] for part in ends):
            records = reader.poll(PATIENCE_SECONDS, 500)
            if not records:
                raise BusUnavailable(f"{topic} was not read to its end within {PATIENCE_SECONDS:.0f} s")
            for record in records:
                positions[record.part] = record.offset + 1
                if record.offset < ends[record.part]:
                    yield _read(record)
    finally:
        reader.close()


def show(bus: Bus, service: str, position: Position) -> DeadLetter | None:
    """Return the dead letter at a position, if there is one."""
    return next((found for found in list_(bus, service) if found.position == position), None)


def redrive(bus: Bus, service: str, positions: Collection[Position] | None = None) -> int:
    """Hand the dead letters at the positions to the service once more; return how many.

    Without positions, all: of an event that was put aside again and again only the latest letter.
    """
    if positions is None:
        found = list({_origin(letter): letter for letter in list_(bus, service)}.values())
    else:
        found = [each for each in list_(bus, service) if each.position in positions]
    messages = [
        Message(redrive_topic_of(service), each.key.encode(), each.headers, each.value) for each in found
    ]
    producer = bus.producer()
    try:
        producer.publish(messages)
    finally:
        producer.close()
    return len(messages)


def _origin(letter: DeadLetter) -> tuple[object, ...]:
    """Return what tells one event that was put aside from another: where it first came from."""
    if letter.offset < 0:
        # Somebody else wrote it.
        return (letter.position,)
    return letter.topic, letter.partition, letter.offset


def _read(record: Record) -> DeadLetter:
    raw = dict(record.headers)
    text = {name: value.decode("utf-8", "replace") for name, value in raw.items()}
    return DeadLetter(
        position=Position(record.partition, record.offset),
        event_id=text.get("ce_id", ""),
        type=text.get("ce_type", ""),
        reason=text.get("dlq_reason", ""),
        error=text.get("dlq_error", ""),
        topic=text.get("dlq_topic", ""),
        partition=_number(raw.get("dlq_partition", b""), otherwise=-1),
        offset=_number(raw.get("dlq_offset", b""), otherwise=-1),
        attempts=_number(raw.get("dlq_attempts", b""), otherwise=0),
        key=(record.key or b"").decode("utf-8", "replace"),
        headers=record.headers,
        value=record.value or b"",
    )


def _number(written: bytes, *, otherwise: int) -> int:
    # Anybody may have written to the topic: what is no number must not keep the rest from being read.
    return int(written) if written.isdigit() and len(written) < 19 else otherwise


def _without_ours(headers: Headers) -> Headers:
    return tuple((name, value) for name, value in headers if not name.startswith(_PREFIX))

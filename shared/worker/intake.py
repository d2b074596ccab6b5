"""What comes from the bus, made ready to be applied: decoded, with the places it moves to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
from sqlalchemy.orm import Session

from shared import inbox
from shared.bus.interface import Bus, Part, Record
from shared.dead_letters import origin_of
from shared.events.catalogue import BY_TYPE, redrive_topic_of, topic_of
from shared.events.envelope import Poison, Received, decode, is_known, type_of
from shared.worker.handler import Handler


class Entry(NamedTuple):
    """One record that somebody handles: its event, or why there is none."""

    record: Record
    event: Received | Poison


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction applies. `moves` has (expected, next) offset of each partition in it."""

    entries: list[Entry]
    moves: dict[Part, tuple[int, int]]


class Intake:
    """Turns records into batches. It knows the place that comes next in each partition."""

    def __init__(
        self, consumer: str, handlers: Sequence[Handler], sessions: Callable[[], Session], bus: Bus
    ) -> None:
        self._consumer = consumer
        self._redrive_topic = redrive_topic_of(consumer)
        self._wanted = frozenset(event.type_name() for handler in handlers for event in handler.events)
        self._sessions = sessions
        self._bus = bus
        self.expected: dict[Part, int] = {}

    def locate(self, parts: Sequence[Part]) -> dict[Part, int]:
        """Look up in the service's own database where to read on."""
        with self._sessions() as session:
            self.expected = inbox.positions(session, self._consumer, parts, self._bus.beginning_offsets)
            session.commit()
        return self.expected

    def batch(self, records: Sequence[Record]) -> Batch:
        """Return the batch of some records; from now on, what follows them is expected."""
        entries = [entry for record in records if (entry := self._entry(record)) is not None]
        # A plain pair finds a Part, and costs less to make for every record.
        nexts = {(record.topic, record.partition): record.offset + 1 for record in records}
        moves = {Part(*pair): (self.expected[Part(*pair)], after) for pair, after in nexts.items()}
        self.expected = self.expected | {part: after for part, (_, after) in moves.items()}
        return Batch(entries, moves)

    def _entry(self, record: Record) -> Entry | None:
        """Decode what is wanted; let pass what nobody here listens to."""
        type_name = type_of(record)
        if type_name is not None and not self._concerns(type_name):
            return None
        try:
            event = decode(record)
            if record.topic == self._redrive_topic:
                event = _as_first_told(record, event)
            if event.topic != topic_of(event.data.service):
                raise Poison("wrong_topic", "The topic is not that of the service that tells of this.")
            return Entry(record, event)
        except Poison as poison:
            return Entry(record, poison)

    def _concerns(self, type_name: str) -> bool:
        if type_name in BY_TYPE:
            return type_name in self._wanted
        # An old version is lifted. One newer than this program must not be skipped: put aside, it can be
        # redriven once the program knows it.
        return is_known(type_name)


def _as_first_told(record: Record, event: Received) -> Received:
    """Return a redriven event with the place it came from: of one topic and key, the higher offset is later."""
    part, offset = origin_of(record)
    return msgspec.structs.replace(event, topic=part.topic, partition=part.partition, offset=offset)

"""A bus of one test's own: its topics and groups carry a prefix on a bus that tests share."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from shared.bus import Bus, Consumer, Locate, Message, Part, Positions, Producer, Record, Topic
from shared.bus.builtin import BuiltinBus


class PrefixedBus:
    """Puts a prefix before every name on the way in, and takes it off on the way out."""

    def __init__(self, kind: str, address: str, prefix: str) -> None:
        # Enough to open it again in another process.
        self.place = {"kind": kind, "address": address, "prefix": prefix}
        self._bus = _open(kind, address)
        self._prefix = prefix

    def ensure_topics(self, topics: Iterable[Topic]) -> list[str]:
        made = self._bus.ensure_topics([replace(topic, name=self._prefix + topic.name) for topic in topics])
        return [name.removeprefix(self._prefix) for name in made]

    def producer(self) -> Producer:
        return _Producer(self._bus.producer(), self._prefix)

    def consumer(self, group: str | None, topics: Sequence[str], locate: Locate) -> Consumer:
        def locate_outside(parts: Sequence[Part]) -> Positions:
            return self._out(locate([self._strip(part) for part in parts]))

        outside = group and self._prefix + group
        names = [self._prefix + topic for topic in topics]
        return _Consumer(self._bus.consumer(outside, names, locate_outside), self)

    def parts(self, topic: str) -> tuple[Part, ...]:
        return tuple(map(self._strip, self._bus.parts(self._prefix + topic)))

    def beginning_offsets(self, topic: str) -> dict[Part, int]:
        return self._in(self._bus.beginning_offsets(self._prefix + topic))

    def end_offsets(self, topic: str) -> dict[Part, int]:
        return self._in(self._bus.end_offsets(self._prefix + topic))

    def healthy(self) -> bool:
        return self._bus.healthy()

    def close(self) -> None:
        self._bus.close()

    def _strip(self, part: Part) -> Part:
        return Part(part.topic.removeprefix(self._prefix), part.partition)

    def _in(self, positions: Positions) -> dict[Part, int]:
        return {self._strip(part): offset for part, offset in positions.items()}

    def _out(self, positions: Positions) -> dict[Part, int]:
        return {Part(self._prefix + part.topic, part.partition): at for part, at in positions.items()}


def _open(kind: str, address: str) -> Bus:
    if kind == "builtin":
        return BuiltinBus(address)
    from shared.bus.kafka import KafkaBus

    return KafkaBus([address])


class _Producer:
    def __init__(self, producer: Producer, prefix: str) -> None:
        self._producer = producer
        self._prefix = prefix

    def publish(self, messages: Sequence[Message]) -> None:
        self._producer.publish([message._replace(topic=self._prefix + message.topic) for message in messages])

    def close(self) -> None:
        self._producer.close()


class _Consumer:
    def __init__(self, consumer: Consumer, bus: Any) -> None:
        self._consumer = consumer
        self._bus = bus

    def poll(self, seconds: float, limit: int) -> list[Record]:
        records = self._consumer.poll(seconds, limit)
        return [record._replace(topic=self._bus._strip(record.part).topic) for record in records]

    def rewind(self) -> None:
        self._consumer.rewind()

    def rest(self, seconds: float) -> None:
        self._consumer.rest(seconds)

    def assigned(self) -> tuple[Part, ...]:
        return tuple(map(self._bus._strip, self._consumer.assigned()))

    def lag(self) -> dict[Part, int]:
        found: dict[Part, int] = self._bus._in(self._consumer.lag())
        return found

    def hint(self, positions: Positions) -> None:
        self._consumer.hint(self._bus._out(positions))

    def close(self) -> None:
        self._consumer.close()

"""A bus in memory whose records come when the test says: the same interface, no threads, no waiting."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from shared.bus import BusUnavailable, Consumer, Locate, Message, Part, Positions, Producer, Record, Topic
from shared.bus.partition import choose


class Log:
    """Topics with partitions. Nothing is ever lost or forgotten until `clear`."""

    def __init__(self) -> None:
        self._partitions: dict[str, int] = {}
        self._records: dict[Part, list[Record]] = defaultdict(list)
        # How many of the next messages are written before the bus is away, once; None: it stays.
        self.away_after: int | None = None

    def clear(self) -> None:
        """Forget every record; the topics stay."""
        self._records.clear()
        self.away_after = None

    def ensure_topics(self, topics: Iterable[Topic]) -> list[str]:
        """Make the topics that are absent."""
        made = [topic for topic in topics if topic.name not in self._partitions]
        self._partitions.update({topic.name: topic.partitions for topic in made})
        return [topic.name for topic in made]

    def producer(self) -> Producer:
        """Return what writes at once."""
        return _Producer(self)

    def consumer(self, group: str | None, topics: Sequence[str], locate: Locate) -> Consumer:
        """Return a reader of all partitions."""
        return _Consumer(self, topics, locate)

    def parts(self, topic: str) -> tuple[Part, ...]:
        """Return the partitions of a topic."""
        return tuple(Part(topic, number) for number in range(self._partitions[topic]))

    def beginning_offsets(self, topic: str) -> dict[Part, int]:
        """Return where each partition begins."""
        return dict.fromkeys(self.parts(topic), 0)

    def end_offsets(self, topic: str) -> dict[Part, int]:
        """Return where each partition ends."""
        return {part: len(self._records[part]) for part in self.parts(topic)}

    def healthy(self) -> bool:
        """Say that it answers."""
        return True

    def close(self) -> None:
        """Hold nothing."""

    def read(self, part: Part, offset: int) -> Record | None:
        """Return the record at an offset, if there is one."""
        records = self._records[part]
        return records[offset] if offset < len(records) else None

    def write(self, messages: Sequence[Message]) -> None:
        """Append messages; raise BusUnavailable where it goes away among them."""
        goes_away, written = self.away_after, messages
        if goes_away is not None and messages:
            written, self.away_after = messages[:goes_away], None
        for message in written:
            number = message.partition
            if number is None:
                number = choose(message.key, self._partitions[message.topic])
            part = Part(message.topic, number)
            offset = len(self._records[part])
            record = Record(*part, offset, message.key, message.headers, message.value)
            self._records[part].append(record)
        if goes_away is not None and messages:
            raise BusUnavailable("went away before it acknowledged")


class _Producer:
    def __init__(self, log: Log) -> None:
        self._log = log

    def publish(self, messages: Sequence[Message]) -> None:
        self._log.write(messages)

    def close(self) -> None:
        pass


class _Consumer:
    """Reads everything from where `locate` says, a partition after the other."""

    def __init__(self, log: Log, topics: Sequence[str], locate: Locate) -> None:
        self._log, self._locate = log, locate
        self._parts = tuple(part for topic in topics for part in log.parts(topic))
        self._at: dict[Part, int] = {}

    def poll(self, seconds: float, limit: int) -> list[Record]:
        if not self._at:
            self.rewind()
        found: list[Record] = []
        for part in self._parts:
            while len(found) < limit and (record := self._log.read(part, self._at[part])) is not None:
                found.append(record)
                self._at[part] += 1
        return found

    def rewind(self) -> None:
        self._at = dict(self._locate(self._parts))

    def rest(self, seconds: float) -> None:
        pass

    def assigned(self) -> tuple[Part, ...]:
        return self._parts

    def lag(self) -> dict[Part, int]:
        return {part: self._log.end_offsets(part.topic)[part] - at for part, at in self._at.items()}

    def hint(self, positions: Positions) -> None:
        pass

    def close(self) -> None:
        pass

"""The log as a file: every record in the order of its partition, the same for both buses.

Offsets are places in the consumers' databases, so a restored record must get the one it had. A topic
keeps its records for ever and from offset 0 on without a gap; one that does not is refused.
"""

import gzip
import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import msgspec

from helix.backup.failure import CannotBackUp
from shared.bus import Bus, Headers, Message, Part, Record

PATIENCE_SECONDS = 30.0
BATCH = 2_000

_LENGTH = struct.Struct(">I")
_Row = tuple[str, int, bytes, Headers, bytes]
_decoder = msgspec.msgpack.Decoder(_Row)


def ends_of(bus: Bus, topics: Sequence[str]) -> dict[Part, int]:
    """Return where each partition of the topics ends now."""
    return {part: end for topic in topics for part, end in bus.end_offsets(topic).items()}


def copy_log(bus: Bus, ends: Mapping[Part, int], file: IO[bytes]) -> None:
    """Write the records of every partition up to its end; raise CannotBackUp where some are missing."""
    topics = sorted({part.topic for part in ends})
    _require_beginnings(bus, topics)
    nexts = dict.fromkeys(ends, 0)
    reader = bus.consumer(None, topics, lambda parts: {part: nexts[part] for part in parts})
    try:
        with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1) as packed:
            while any(nexts[part] < end for part, end in ends.items()):
                records = reader.poll(PATIENCE_SECONDS, BATCH)
                if not records:
                    raise CannotBackUp(f"The log was not read to its end within {PATIENCE_SECONDS:.0f} s.")
                for record in records:
                    if record.offset < ends[record.part]:
                        packed.write(_packed(record, expected=nexts[record.part]))
                    nexts[record.part] = record.offset + 1
    finally:
        reader.close()


def fill_log(bus: Bus, ends: Mapping[Part, int], source: Path) -> None:
    """Put the copy's records into topics that are empty; raise CannotBackUp unless each gets its offset."""
    producer = bus.producer()
    try:
        messages: list[Message] = []
        for message in _messages(source):
            messages.append(message)
            if len(messages) == BATCH:
                producer.publish(messages)
                messages = []
        producer.publish(messages)
    finally:
        producer.close()
    if ends_of(bus, sorted({part.topic for part in ends})) != dict(ends):
        raise CannotBackUp(
            "The log did not become what it was: was somebody at work on it? Begin anew with an empty one."
        )


def _require_beginnings(bus: Bus, topics: Sequence[str]) -> None:
    for topic in topics:
        if any(bus.beginning_offsets(topic).values()):
            raise CannotBackUp(
                f"{topic} has lost its oldest records, and cannot be restored; it must keep all of them."
            )


def _packed(record: Record, *, expected: int) -> bytes:
    if record.offset != expected:
        raise CannotBackUp(f"{record.topic} {record.partition} has no record at offset {expected}.")
    # Others may have written records without a key or a value; they stay as unreadable without one.
    row = (record.topic, record.partition, record.key or b"", record.headers, record.value or b"")
    packed = msgspec.msgpack.encode(row)
    return _LENGTH.pack(len(packed)) + packed


def _messages(source: Path) -> Iterator[Message]:
    with gzip.open(source, "rb") as file:
        while length := file.read(_LENGTH.size):
            topic, part, key, headers, value = _decoder.decode(file.read(*_LENGTH.unpack(length)))
            yield Message(topic, key, headers, value, part)

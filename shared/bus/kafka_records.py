"""Reads the records that Kafka sends straight into ours, which is faster than by way of kafka-python's own.

Only the innermost loop is replaced: what was fetched, whether it is whole and where to go on is the
library's business as before. A test holds it to what the library itself reads.
"""

from collections.abc import Iterator
from typing import Any

from kafka.consumer.fetcher import Fetcher
from kafka.errors import CorruptRecordError
from kafka.record.util import decode_varint

from shared.bus.interface import Headers, Record

_CURRENT_FORMAT = 2


def read_directly(consumer: Any) -> None:
    """Let a consumer's polls return `Record`s."""
    consumer._fetcher.PartitionRecords = PartitionRecords


class PartitionRecords(Fetcher.PartitionRecords):  # type: ignore[misc]
    """What one fetch brought of one partition."""

    def _unpack_records(self, tp: Any, records: Any, *_deserializers: Any) -> Iterator[Record]:
        while (batch := records.next_batch()) is not None:
            if self.check_crcs and not batch.validate_crc():
                raise CorruptRecordError(f"The batch at {batch.base_offset} of {tp} fails its check sum.")
            if batch.magic != _CURRENT_FORMAT:
                raise CorruptRecordError(f"{tp} holds records of before Kafka 0.11.")
            self.leader_epoch = batch.leader_epoch
            # A control batch says how a transaction ended; nobody here waits for that.
            for record in () if batch.is_control_batch else _records(batch, *tp):
                # A poll may end in the middle of a batch; the next one goes on here.
                self.next_fetch_offset = record.offset + 1
                yield record
            # The last offsets of a batch may be without a record.
            self.next_fetch_offset = batch.next_offset
            self.records_read += batch.records_count
            self.bytes_read += batch.size_in_bytes
        self.drain()


def _records(batch: Any, topic: str, partition: int) -> list[Record]:
    """Return the records of a batch."""
    batch._maybe_uncompress()
    buffer, position, base = bytes(batch._buffer), batch._pos, batch.base_offset
    found = []
    try:
        for _ in range(batch.records_count):
            size, position = decode_varint(buffer, position)
            end = position + size
            # One byte of attributes, which mean nothing yet, and the time since the first record.
            _, position = decode_varint(buffer, position + 1)
            delta, position = decode_varint(buffer, position)
            key, position = _bytes(buffer, position)
            value, position = _bytes(buffer, position)
            headers, position = _headers(buffer, position)
            if position != end:
                raise ValueError("a record is not as long as it says")
            found.append(Record(topic, partition, base + delta, key, headers, value))
        if position != len(buffer):
            raise ValueError("a batch is not as long as its records")
    except (ValueError, IndexError) as error:
        raise CorruptRecordError(f"The batch at {base} of {topic}-{partition} can't be read.") from error
    return found


def _bytes(buffer: bytes, position: int) -> tuple[bytes | None, int]:
    size, position = decode_varint(buffer, position)
    if size < 0:
        return None, position
    end = position + size
    return buffer[position:end], end


def _headers(buffer: bytes, position: int) -> tuple[Headers, int]:
    """Return the headers that begin at a position, and where they end.

    Most of a record is headers, and their sizes are one byte: so that is read here, without a call.
    """
    count, position = decode_varint(buffer, position)
    found = []
    for _ in range(count):
        size = buffer[position]
        position += 1
        if size & 0x81:
            size, position = decode_varint(buffer, position - 1)
        else:
            size >>= 1
        end = position + size
        # The library would raise at a name that is not UTF-8, again at each try, and nobody could ever get
        # past it. Here the name is read, and whoever looks at the headers puts the record aside.
        name = buffer[position:end].decode("utf-8", "replace")
        size = buffer[end]
        position = end + 1
        if size & 0x81:
            size, position = decode_varint(buffer, end)
        else:
            size >>= 1
        # Kafka lets a header have no value at all; to us that is an empty one.
        end = position + max(size, 0)
        found.append((name, buffer[position:end]))
        position = end
    return tuple(found), position

"""What is read straight into our records is what kafka-python itself reads."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.consumer.fetcher import Fetcher  # noqa: TID251 - it is what ours is compared with
from kafka.errors import CorruptRecordError  # noqa: TID251
from kafka.record.default_records import DefaultRecordBatchBuilder  # noqa: TID251
from kafka.record.memory_records import MemoryRecords, MemoryRecordsBuilder  # noqa: TID251
from kafka.record.util import calc_crc32c  # noqa: TID251
from kafka.structs import TopicPartition  # noqa: TID251

from shared.bus import Record
from shared.bus.kafka_records import PartitionRecords

PLACE = TopicPartition("topic", 3)

# Sizes on both sides of where a number takes one more byte.
_BYTES = st.one_of(
    st.binary(max_size=8), st.integers(60, 70).map(bytes), st.integers(8_190, 8_195).map(bytes)
)
_HEADER = st.tuples(st.text(max_size=70), st.none() | _BYTES)
_RECORD = st.tuples(
    st.integers(0, 2**40), st.none() | _BYTES, st.none() | _BYTES, st.lists(_HEADER, max_size=12)
)


def _batch(records: list[Any], first: int = 0) -> bytearray:
    builder = MemoryRecordsBuilder(2, 0, 10_000_000)
    for at, key, value, headers in records:
        builder.append(at, key, value, headers)
    builder.close()
    batch = bytearray(builder.buffer())
    # The broker gives a batch its first offset, which its check sum leaves out.
    batch[:8] = first.to_bytes(8, "big")
    return batch


def _read(kind: Any, raw: bytes, start: int = 0) -> Any:
    return kind(start, PLACE, MemoryRecords(raw))


@given(st.lists(st.lists(_RECORD, min_size=1, max_size=5), min_size=1, max_size=3), st.data())
def test_records_are_what_the_library_reads(batches: list[list[Any]], data: st.DataObject) -> None:
    raw = b"".join(_batch(records, first=100 * n) for n, records in enumerate(batches))
    start = data.draw(st.integers(0, 100 * len(batches)))
    theirs, ours = (_read(kind, raw, start) for kind in (Fetcher.PartitionRecords, PartitionRecords))
    while theirs:
        some = data.draw(st.integers(1, 7))
        assert ours.take(some) == [
            Record(
                "topic", 3, r.offset, r.key, tuple((name, value or b"") for name, value in r.headers), r.value
            )
            for r in theirs.take(some)
        ]
        assert ours.next_fetch_offset == theirs.next_fetch_offset
    assert not ours


def test_a_name_that_is_no_text_stops_nobody() -> None:
    raw = _batch([(0, b"key", b"value", [("namX", b"x")])])
    raw[raw.index(b"namX") + 3] = 0xFF
    (record,) = PartitionRecords(0, PLACE, MemoryRecords(bytes(raw)), check_crcs=False).take()
    assert record.headers == (("nam\N{REPLACEMENT CHARACTER}", b"x"),)


def test_what_fails_its_check_sum_is_no_record() -> None:
    whole = _batch([(0, b"key", b"value", [("name", b"value")])])
    for place in range(21, len(whole)):
        broken = bytearray(whole)
        broken[place] ^= 0x40
        with pytest.raises(CorruptRecordError):
            _read(PartitionRecords, bytes(broken)).take()


def test_the_end_of_a_transaction_is_passed_over() -> None:
    marker = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=0,
        is_transactional=True,
        producer_id=1,
        producer_epoch=0,
        base_sequence=0,
        batch_size=10_000,
    )
    marker.append(0, 0, b"\x00\x00\x00\x01", b"", [])
    ended = bytearray(marker.build())
    # Only a broker writes such a batch: it says so in the attributes, of which the check sum is made anew.
    ended[22] |= DefaultRecordBatchBuilder.CONTROL_MASK
    ended[17:21] = calc_crc32c(memoryview(ended)[21:]).to_bytes(4, "big")
    ended[:8] = (1).to_bytes(8, "big")
    reading = _read(
        PartitionRecords, bytes(_batch([(0, b"k", b"v", [])]) + ended + _batch([(0, b"k", b"w", [])], 2))
    )
    assert [(record.offset, record.value) for record in reading.take()] == [(0, b"v"), (2, b"w")]


def test_a_size_that_points_elsewhere_is_found_without_the_check_sum() -> None:
    whole = _batch([(0, b"key", b"value", [("name", b"value")]), (0, b"key", b"value", [])])
    found = 0
    for place in range(61, len(whole)):
        broken = bytearray(whole)
        broken[place] ^= 0x82
        reading = PartitionRecords(0, PLACE, MemoryRecords(bytes(broken)), check_crcs=False)
        try:
            records = reading.take()
        except CorruptRecordError:
            found += 1
        else:
            # What is left is a byte of a key, a value, a name or a time.
            assert len(records) == 2
    assert found >= 12

"""What every bus promises, tried on each."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import pytest

from shared.bus import (
    LARGEST_VALUE,
    Bus,
    BusRefused,
    Consumer,
    Message,
    Part,
    Positions,
    Producer,
    Record,
    Topic,
)

Open = Callable[..., Consumer]

TOPIC = "things"
PARTITIONS = 3


@pytest.fixture(autouse=True)
def _topic(bus: Bus) -> None:
    bus.ensure_topics([Topic(TOPIC, PARTITIONS)])


@pytest.fixture
def consumers(bus: Bus) -> Iterator[Open]:
    """Return a function that opens a consumer; all are closed after the test."""
    with ExitStack() as stack:

        def open_consumer(
            group: str | None = None, locate: Callable[..., Positions] | None = None
        ) -> Consumer:
            consumer = bus.consumer(group, [TOPIC], locate or _from_the_beginning)
            stack.callback(consumer.close)
            return consumer

        yield open_consumer


def _from_the_beginning(parts: Sequence[Part]) -> dict[Part, int]:
    return dict.fromkeys(parts, 0)


def _message(key: str, value: str = "v", **more: object) -> Message:
    return Message(TOPIC, key.encode(), (("a", b"1"),), value.encode(), **more)  # type: ignore[arg-type]


def _publish(bus: Bus, messages: Sequence[Message]) -> None:
    with _closing(bus) as producer:
        producer.publish(messages)


@contextmanager
def _closing(bus: Bus) -> Iterator[Producer]:
    producer = bus.producer()
    try:
        yield producer
    finally:
        producer.close()


def _read(consumer: Consumer, count: int, *, limit: int = 100, seconds: float = 60) -> list[Record]:
    """Read until so many came. A member that Kafka forgot while it joined takes 20 s to join anew."""
    found: list[Record] = []
    deadline = time.monotonic() + seconds
    while len(found) < count and time.monotonic() < deadline:
        found += consumer.poll(0.5, limit)
    assert len(found) >= count, f"{len(found)} of {count} records came in {seconds} s"
    return found


def _until(condition: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_records_of_one_key_come_in_the_order_they_were_put(bus: Bus, consumers: Open) -> None:
    keys = [f"k{number % 7}" for number in range(200)]
    with _closing(bus) as producer:
        for start in range(0, 200, 50):
            producer.publish([_message(keys[n], str(n)) for n in range(start, start + 50)])
    records = _read(consumers(), 200, limit=30)
    assert len(records) == 200
    for key in set(keys):
        values = [int(record.value or b"") for record in records if record.key == key.encode()]
        assert values == [number for number in range(200) if keys[number] == key]


def test_a_key_has_one_partition_the_same_on_every_bus(bus: Bus, consumers: Open) -> None:
    # Worked out with the reference client: murmur2 of the key, sign bit off, modulo 3.
    expected = {"a": 1, "b": 2, "c": 1, "pledge-1": 2, "0": 2}
    _publish(bus, [_message(key) for key in expected])
    found = {(record.key or b"").decode(): record.partition for record in _read(consumers(), len(expected))}
    assert found == expected


def test_offsets_of_a_partition_begin_at_zero_and_are_dense(bus: Bus, consumers: Open) -> None:
    _publish(bus, [_message("k", str(n), partition=1) for n in range(5)])
    _publish(bus, [_message("k", str(n), partition=1) for n in range(5, 9)])
    assert [(r.partition, r.offset) for r in _read(consumers(), 9)] == [(1, n) for n in range(9)]
    assert bus.end_offsets(TOPIC) == {Part(TOPIC, 0): 0, Part(TOPIC, 1): 9, Part(TOPIC, 2): 0}
    assert bus.beginning_offsets(TOPIC) == {Part(TOPIC, n): 0 for n in range(3)}


def test_headers_keys_and_values_come_as_they_were_put(bus: Bus, consumers: Open) -> None:
    headers = (("ce_id", b"1"), ("bytes", bytes(range(256))), ("empty", b""), ("ce_id", b"twice"))
    _publish(bus, [Message(TOPIC, b"\x00\xff", headers, b"\x00\x01")])
    (record,) = _read(consumers(), 1)
    assert (record.key, record.headers, record.value) == (b"\x00\xff", headers, b"\x00\x01")


def test_nothing_to_publish_is_no_error(bus: Bus) -> None:
    _publish(bus, [])
    assert set(bus.end_offsets(TOPIC).values()) == {0}


def test_large_batches_and_large_values_come_whole(bus: Bus, consumers: Open) -> None:
    _publish(bus, [_message(f"k{n}", str(n) * 100) for n in range(3_000)])
    _publish(bus, [_message("big", "x" * LARGEST_VALUE), _message("big", "after")])
    records = _read(consumers(), 3_002, limit=2_000)
    assert len(records) == 3_002
    big = [len(record.value or b"") for record in records if record.key == b"big"]
    assert big == [LARGEST_VALUE, 5]


def test_a_poll_without_records_returns_empty_after_its_time(bus: Bus, consumers: Open) -> None:
    consumer = consumers()
    consumer.poll(0.1, 10)
    started = time.monotonic()
    assert consumer.poll(0.3, 10) == []
    assert time.monotonic() - started > 0.2


def test_a_waiting_reader_is_woken_by_a_record(bus: Bus, consumers: Open) -> None:
    consumer = consumers()
    consumer.poll(0.3, 10)
    _publish(bus, [_message("k")])
    started = time.monotonic()
    assert len(consumer.poll(60, 1)) == 1
    assert time.monotonic() - started < 30


def test_a_reader_begins_where_it_is_told(bus: Bus, consumers: Open) -> None:
    _publish(bus, [_message("k", str(n), partition=0) for n in range(10)])
    records = _read(
        consumers(locate=lambda parts: {part: 7 if part.partition == 0 else 0 for part in parts}), 3
    )
    assert [record.offset for record in records] == [7, 8, 9]


def test_everything_can_be_replayed_from_the_beginning(bus: Bus, consumers: Open) -> None:
    _publish(bus, [_message(f"k{n % 5}", str(n)) for n in range(50)])
    first, second = _read(consumers("group"), 50), _read(consumers(), 50)
    assert {(r.partition, r.offset, r.value) for r in first} == {
        (r.partition, r.offset, r.value) for r in second
    }


def test_what_was_not_stored_is_read_again_after_a_rewind(bus: Bus, consumers: Open) -> None:
    _publish(bus, [_message("k", str(n), partition=0) for n in range(6)])
    stored = {Part(TOPIC, n): 0 for n in range(PARTITIONS)}
    consumer = consumers("group", lambda parts: {part: stored[part] for part in parts})
    assert [record.offset for record in _read(consumer, 6)] == [0, 1, 2, 3, 4, 5]
    stored[Part(TOPIC, 0)] = 4
    consumer.rewind()
    assert [record.offset for record in _read(consumer, 2)] == [4, 5]


def test_a_reader_at_a_place_that_does_not_exist_is_told_so(bus: Bus, consumers: Open) -> None:
    consumer = consumers(locate=lambda parts: dict.fromkeys(parts, 100))
    with pytest.raises(BusRefused):
        _read(consumer, 1, seconds=5)


def test_members_of_a_group_share_the_partitions_and_take_over(bus: Bus, consumers: Open) -> None:
    one, two = consumers("group"), consumers("group")

    def shared() -> bool:
        one.poll(0.1, 10)
        two.poll(0.1, 10)
        return (
            len(one.assigned()) + len(two.assigned()) == PARTITIONS
            and min(len(one.assigned()), len(two.assigned())) == 1
        )

    _until(shared)
    assert not set(one.assigned()) & set(two.assigned())
    one.close()
    _publish(bus, [_message("k", partition=n) for n in range(PARTITIONS)])

    def all_taken() -> bool:
        two.poll(0.1, 10)
        return len(two.assigned()) == PARTITIONS

    started = time.monotonic()
    _until(all_taken)
    # One that died would be missed only after its session's time.
    assert time.monotonic() - started < 9


def test_groups_read_independently(bus: Bus, consumers: Open) -> None:
    _publish(bus, [_message(f"k{n}") for n in range(10)])
    assert len(_read(consumers("one"), 10)) == len(_read(consumers("two"), 10)) == 10


def test_a_partition_that_moves_is_read_from_the_stored_place(bus: Bus, consumers: Open) -> None:
    _publish(bus, [_message("k", str(n), partition=n % PARTITIONS) for n in range(9)])
    stored = {Part(TOPIC, n): 0 for n in range(PARTITIONS)}

    def locate(parts: Sequence[Part]) -> dict[Part, int]:
        return {part: stored[part] for part in parts}

    first = consumers("group", locate)
    for record in _read(first, 9):
        stored[record.part] = min(record.offset + 1, 2)
    first.close()
    assert sorted(record.offset for record in _read(consumers("group", locate), 3)) == [2, 2, 2]


def test_a_rest_keeps_the_membership_and_skips_nothing(bus: Bus, consumers: Open) -> None:
    _publish(bus, [_message("k", str(n), partition=0) for n in range(3)])
    consumer = consumers("group")
    _until(lambda: len(consumer.poll(0.1, 1)) + len(consumer.assigned()) >= PARTITIONS)
    consumer.rest(0.3)
    assert len(consumer.assigned()) == PARTITIONS
    consumer.rewind()
    assert [record.offset for record in _read(consumer, 3)] == [0, 1, 2]


def test_a_place_that_could_not_be_looked_up_is_looked_up_again_after_a_rest(
    bus: Bus, consumers: Open
) -> None:
    _publish(bus, [_message("k", str(n), partition=0) for n in range(3)])
    faults = [OSError("the database is away")]

    def locate(parts: Sequence[Part]) -> Positions:
        if faults and parts:
            raise faults.pop()
        return _from_the_beginning(parts)

    consumer = consumers("group", locate)
    with pytest.raises(OSError, match="away"):
        _read(consumer, 3)
    consumer.rest(0.3)
    consumer.rewind()
    assert [record.offset for record in _read(consumer, 3)] == [0, 1, 2]


def test_lag_counts_what_was_put_while_nobody_read(bus: Bus, consumers: Open) -> None:
    _publish(bus, [_message("k", partition=0)])
    consumer = consumers("group")
    _read(consumer, 1)
    _publish(bus, [_message("k", partition=0) for _ in range(5)])
    assert consumer.lag()[Part(TOPIC, 0)] == 5


def test_lag_is_what_comes_after_the_position(bus: Bus, consumers: Open) -> None:
    _publish(bus, [_message("k", partition=0) for _ in range(10)])
    consumer = consumers()
    _read(consumer, 3, limit=3)
    assert 0 <= sum(consumer.lag().values()) < 10
    _read(consumer, 7, seconds=3)
    assert sum(consumer.lag().values()) == 0


def test_topics_are_made_once_and_unknown_ones_are_refused(bus: Bus) -> None:
    assert bus.ensure_topics([Topic(TOPIC, PARTITIONS), Topic("more", 2)]) == ["more"]
    assert len(bus.parts("more")) == 2
    with pytest.raises(BusRefused):
        bus.parts("nothing")
    with pytest.raises(BusRefused):
        bus.end_offsets("nothing")


def test_a_bus_that_answers_is_healthy(bus: Bus) -> None:
    assert bus.healthy()


def test_a_hint_never_disturbs_the_reader(bus: Bus, consumers: Open) -> None:
    _publish(bus, [_message("k", partition=0) for _ in range(4)])
    consumer = consumers("group")
    _read(consumer, 4)
    consumer.hint({Part(TOPIC, 0): 4})
    _publish(bus, [_message("k", partition=0)])
    assert [record.offset for record in _read(consumer, 1)] == [4]

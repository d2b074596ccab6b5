"""Records as others may write them to Kafka, and records that it does not take."""

import os
import subprocess

import pytest

from shared.bus import BusRefused, Message, Record, Topic
from shared.ids import new_id
from tests.prefixed_bus import PrefixedBus


@pytest.mark.kafka
def test_a_header_without_a_value_is_an_empty_one(kafka: str) -> None:
    prefix = f"{new_id().hex}."
    bus = PrefixedBus("kafka", kafka, prefix)
    bus.ensure_topics([Topic("things", 1)])
    command = ["kcat", "-P", "-b", kafka, "-t", f"{prefix}things", "-H", "ce_type", "-H", "empty="]
    subprocess.run(command, input="value", text=True, check=True)
    reader = bus.consumer(None, ["things"], lambda parts: dict.fromkeys(parts, 0))
    (record,) = reader.poll(60, 10)
    assert (record.value, record.headers) == (b"value", (("ce_type", b""), ("empty", b"")))
    reader.close()
    bus.close()


@pytest.mark.kafka
def test_a_header_whose_name_is_not_text_is_read_and_so_is_what_comes_after(kafka: str) -> None:
    prefix = f"{new_id().hex}."
    bus = PrefixedBus("kafka", kafka, prefix)
    bus.ensure_topics([Topic("things", 1)])
    command = [b"kcat", b"-P", b"-b", kafka.encode(), b"-t", f"{prefix}things".encode()]
    for value, header in ((b"one", b"\xff\xfe=1"), (b"two", b"fine=2")):
        subprocess.run([*command, b"-H", header], input=value, check=True)
    reader = bus.consumer(None, ["things"], lambda parts: dict.fromkeys(parts, 0))
    found: list[Record] = []
    while len(found) < 2:
        found += reader.poll(60, 10)
    assert [record.value for record in found] == [b"one", b"two"]
    assert [record.headers for record in found] == [(("\ufffd\ufffd", b"1"),), (("fine", b"2"),)]
    reader.close()
    bus.close()


@pytest.mark.kafka
def test_what_the_broker_does_not_take_is_told_and_nothing_of_it_is_there(kafka: str) -> None:
    bus = PrefixedBus("kafka", kafka, f"{new_id().hex}.")
    bus.ensure_topics([Topic("small", 1, largest=1_000)])
    producer = bus.producer()
    with pytest.raises(BusRefused):
        producer.publish([Message("small", b"key", (), os.urandom(5_000))])
    assert set(bus.end_offsets("small").values()) == {0}
    producer.publish([Message("small", b"key", (), b"fits")])
    assert set(bus.end_offsets("small").values()) == {1}
    producer.close()
    bus.close()

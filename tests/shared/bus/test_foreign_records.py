"""Records as others may write them to Kafka."""

import subprocess

import pytest

from shared.bus import Topic
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

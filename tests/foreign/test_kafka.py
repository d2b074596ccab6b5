"""What is on Kafka after a journey, as kcat and the SDK of CloudEvents read it."""

import json
import subprocess

import pytest

from helix.example_settings import example_settings
from shared.bus.topics import all_topics
from shared.events.catalogue import BY_TYPE
from tests.foreign.conftest import Record, Tool, read_as_cloud_events
from tests.foreign.journey import Journey

pytestmark = [pytest.mark.slow, pytest.mark.kafka]

TOLD = {"helix.donations", "helix.programs"}
HEADERS = {"ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_dataschema"}

# What each service tells of the pledge that was delivered, of the one that was withdrawn, and of a household.
DELIVERED = ["pledge-opened", "allocation-reserved", "contribution-made"]
PROPOSED = ["allocation-proposed", "delivery-confirmed"]
WITHDRAWN = ["pledge-opened", "allocation-reserved", "allocation-released", "pledge-withdrawn"]
HELPED = [
    "household-registered", "visit-assigned", "visit-completed", "need-recorded", "household-verified", "need-closed"
]  # fmt: skip


@pytest.fixture(scope="module")
def topics(journey: Journey) -> dict[str, list[Record]]:
    """What kcat finds in each topic, each partition in its order."""
    bootstrap = journey.running.access["bootstrap"]
    return {topic.name: _read(bootstrap, topic.name) for topic in all_topics(example_settings("donations"))}


def _read(bootstrap: str, topic: str) -> list[Record]:
    command = ["kcat", "-b", bootstrap, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-J"]
    read = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    records = [json.loads(line) for line in read.stdout.splitlines()]
    for record in records:
        names, values = record["headers"][::2], record["headers"][1::2]
        record |= {"headers": dict(zip(names, values, strict=True)), "value": record["payload"]}
    return records


def _told_of(records: list[Record], key: str) -> list[str]:
    """Return the events of one key in the order in which they lie in their partition, without their service."""
    own = [record for record in records if record["key"] == key]
    assert len({record["partition"] for record in own}) == 1
    assert [record["offset"] for record in own] == sorted(record["offset"] for record in own)
    return [record["headers"]["ce_type"].split(".")[3] for record in own]


def test_kcat_finds_events_where_they_are_told_and_nothing_among_the_dead_letters(
    topics: dict[str, list[Record]],
) -> None:
    assert {topic for topic, records in topics.items() if records} == TOLD


def test_each_record_says_what_it_is_before_its_value_is_read(topics: dict[str, list[Record]]) -> None:
    for topic in TOLD:
        for record in topics[topic]:
            headers = record["headers"]
            assert headers.keys() >= HEADERS
            assert headers["content-type"] == "application/json"
            event = BY_TYPE[headers["ce_type"]]
            assert json.loads(record["value"])[event.keyed_by] == record["key"] == headers["ce_subject"]


def test_the_events_of_a_key_lie_in_one_partition_in_the_order_of_what_happened(
    topics: dict[str, list[Record]], journey: Journey
) -> None:
    delivered, withdrawn = journey.made["pledge"][:2]
    assert _told_of(topics["helix.donations"], delivered) == DELIVERED
    assert _told_of(topics["helix.programs"], delivered) == PROPOSED
    assert _told_of(topics["helix.donations"], withdrawn) == WITHDRAWN
    assert _told_of(topics["helix.programs"], journey.made["household"][0]) == HELPED
    assert len({record["partition"] for topic in TOLD for record in topics[topic]}) > 1


def test_the_sdk_of_cloud_events_understands_what_is_on_kafka(
    topics: dict[str, list[Record]], tool: Tool
) -> None:
    records = [record for topic in sorted(TOLD) for record in topics[topic]]
    events = read_as_cloud_events(tool, records)
    assert [event.get("fault") for event in events] == [None] * len(records)
    for event, record in zip(events, records, strict=True):
        assert event["partitionkey"] == record["key"]
        assert event["data"] == json.loads(record["value"])
    assert len({event["id"] for event in events}) == len(events)

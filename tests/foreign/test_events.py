"""What is promised about events, as the parser of AsyncAPI and the SDK of CloudEvents read it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from shared.events.catalogue import BY_TYPE
from shared.events.envelope import Envelope, Origin
from shared.ids import new_id
from tests.foreign.conftest import HERE, Record, Tool, read_as_cloud_events

ROOT = HERE.parents[1]
DOCUMENT = ROOT / "docs" / "events" / "asyncapi.json"
SAMPLES = sorted((ROOT / "tests" / "contracts" / "samples").glob("*.json"))


@pytest.mark.slow
def test_the_parser_of_asyncapi_takes_the_document(tool: Tool) -> None:
    result = tool("node", "event_documents.mjs", DOCUMENT)
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    # More programs read 3.0 than 3.1, and nothing that 3.1 brings is needed.
    faults = [one for one in told["diagnostics"] if one["code"] != "asyncapi-latest-version"]
    assert faults == []
    assert {message["name"]: message["examples"] for message in told["messages"]} == dict.fromkeys(BY_TYPE, 1)


@pytest.mark.parametrize("event_type", BY_TYPE)
def test_the_example_of_a_message_is_one(event_type: str) -> None:
    document = json.loads(DOCUMENT.read_bytes())
    messages = document["components"]["messages"].values()
    message = next(one for one in messages if one["name"] == event_type)
    for part in ("headers", "payload"):
        schema = message[part] | {"components": document["components"]}
        Draft202012Validator(schema).validate(message["examples"][0][part])


def record_of(sample: Path) -> Record:
    """Return a sample as a record of Kafka, with the headers that the relay would give it."""
    event_type = sample.stem.partition("~")[0]
    data = json.loads(sample.read_bytes())
    event = BY_TYPE[event_type]
    key = data[event.keyed_by]
    told = Envelope(new_id(), event_type, datetime(2026, 11, 21, tzinfo=UTC), key, {"correlationid": key})
    headers = told.headers(Origin.of(event.service, "35.17", "http://127.0.0.1:8001"))
    return {
        "key": key,
        "headers": {name: value.decode() for name, value in headers},
        "value": sample.read_text("utf-8"),
    }


@pytest.mark.slow
def test_the_sdk_of_cloud_events_understands_every_type(tool: Tool) -> None:
    records = [record_of(sample) for sample in SAMPLES]
    events = read_as_cloud_events(tool, records)
    assert [event.get("fault") for event in events] == [None] * len(records)
    assert {event["type"] for event in events} == set(BY_TYPE)
    for event, record in zip(events, records, strict=True):
        assert event["data"] == json.loads(record["value"])
        assert event["correlationid"] == record["key"] == event["subject"]


@pytest.mark.slow
@pytest.mark.parametrize("missing", ["ce_id", "ce_source", "ce_type", "ce_specversion"])
def test_the_sdk_of_cloud_events_misses_what_an_event_must_have(tool: Tool, missing: str) -> None:
    record = record_of(SAMPLES[0])
    del record["headers"][missing]
    (event,) = read_as_cloud_events(tool, [record])
    assert "fault" in event or event[missing.removeprefix("ce_")] != record["headers"].get(missing)

"""The events' contract: the envelope, the schemas, what may change."""

import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from shared.bus import Record
from shared.events import envelope, upcasters
from shared.events.catalogue import BY_TYPE, EVENTS
from shared.events.compatibility import incompatibilities
from shared.events.envelope import Envelope, Origin, Poison, decode, encode_data
from shared.events.schemas import asyncapi_document, breaking_events, json_schema, stale_events, write_events
from shared.events.upcasters import Upcaster
from shared.ids import new_id

SAMPLES = Path(__file__).parents[1] / "contracts" / "samples"
COMMITTED = Path(__file__).parents[2] / "docs" / "events"
ORIGIN = Origin.of("donations", "35.17", "http://127.0.0.1:8001")
KEY = "0199a000-0000-7000-8000-000000000001"
TYPE = "id.helix.donations.stakeholder-suspended.v1"


def _record(*, without: str = "", key: str = KEY, value: bytes | None = None, **changed: bytes) -> Record:
    told = Envelope(new_id(), TYPE, datetime(2026, 11, 21, tzinfo=UTC), KEY, {"correlationid": "journey"})
    headers = {name: changed.get(name, text) for name, text in told.headers(ORIGIN) if name != without}
    return Record(
        "helix.donations",
        0,
        7,
        key.encode(),
        tuple(headers.items()),
        value or f'{{"stakeholder":"{KEY}"}}'.encode(),
    )


def _samples() -> list[Path]:
    return sorted(SAMPLES.glob("*.json"))


def _type_of(sample: Path) -> str:
    """Return the type of a sample: what stands behind a tilde numbers those from before a field was added."""
    return sample.stem.partition("~")[0]


def test_an_event_is_read_as_it_was_written() -> None:
    event = decode(_record())
    assert (event.type, str(event.data.key), event.correlation_id) == (TYPE, KEY, "journey")
    assert (event.topic, event.partition, event.offset, event.causation_id) == ("helix.donations", 0, 7, None)


@pytest.mark.parametrize("name", envelope.REQUIRED)
def test_a_required_header_that_is_missing_is_told_before_the_value_is_read(name: str) -> None:
    with pytest.raises(Poison, match=name) as caught:
        decode(_record(without=name, value=b"not even json"))
    assert caught.value.reason == "missing_header"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"ce_id": b"7"}, "malformed_header"),
        ({"ce_time": b"yesterday"}, "malformed_header"),
        ({"ce_time": b"2026-11-21T10:00:00"}, "malformed_header"),
        ({"ce_time": b"\xff"}, "malformed_header"),
        # In UTC this is a year that nothing can be counted in.
        ({"ce_time": b"9999-12-31T23:59:59-14:00"}, "malformed_header"),
        ({"ce_time": b"0001-01-01T00:00:00+14:00"}, "malformed_header"),
        ({"ce_specversion": b"0.3"}, "wrong_specversion"),
        ({"ce_type": b"id.helix.nobody.nothing.v1"}, "unknown_version"),
        ({"key": "other"}, "wrong_key"),
        ({"value": b'{"stakeholder": "no id"}'}, "fails_schema"),
        ({"value": b"[]"}, "fails_schema"),
        ({"value": b"{"}, "not_json"),
        ({"value": b'{"stakeholder": 1} trailing'}, "fails_schema"),
    ],
)
def test_a_record_that_can_not_be_understood_says_why(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(Poison) as caught:
        decode(_record(**changed))
    assert caught.value.reason == reason


def test_the_reason_never_quotes_the_data() -> None:
    record = _record(ce_type=b"id.helix.donations.stakeholder-approved.v1")
    secret = b'{"stakeholder":"' + KEY.encode() + b'","name":"n","kind":"3517010101900001"}'
    with pytest.raises(Poison) as caught:
        decode(Record("t", 0, 0, record.key, record.headers, secret))
    assert "3517010101900001" not in str(caught.value)


def test_without_a_journey_the_key_is_the_journey() -> None:
    assert decode(_record(without="ce_correlationid")).correlation_id == KEY


def test_the_data_is_canonical_json() -> None:
    event = msgspec.json.decode(_samples()[0].read_bytes(), type=BY_TYPE[_type_of(_samples()[0])])
    data = msgspec.json.decode(encode_data(event))
    assert list(data) == sorted(data)


def test_an_old_version_is_lifted_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = {
        "id.helix.donations.stakeholder-suspended.v0": Upcaster(
            TYPE, lambda data: {"stakeholder": data["who"]}
        ),
        "id.helix.donations.stakeholder-suspended.v-1": Upcaster(
            "id.helix.donations.stakeholder-suspended.v0", lambda data: {"who": data["whom"]}
        ),
    }
    for name, step in steps.items():
        monkeypatch.setitem(upcasters.UPCASTERS, name, step)
    event = decode(
        _record(ce_type=b"id.helix.donations.stakeholder-suspended.v-1", value=f'{{"whom":"{KEY}"}}'.encode())
    )
    assert (event.type, str(event.data.key)) == (TYPE, KEY)


def test_every_type_has_a_sample_of_every_version() -> None:
    assert {_type_of(path) for path in _samples()} >= set(BY_TYPE) | set(upcasters.UPCASTERS)


@pytest.mark.parametrize("path", _samples(), ids=lambda path: path.stem)
def test_a_sample_is_accepted_for_ever(path: Path) -> None:
    value = path.read_bytes()
    data = msgspec.json.decode(value)
    event = BY_TYPE.get(_type_of(path))
    key = data[event.keyed_by] if event else KEY
    name = _type_of(path)
    source = f"/{name.split('.')[2]}".encode()
    assert decode(_record(key=key, value=value, ce_type=name.encode(), ce_source=source)).data is not None


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type_name())
def test_a_schema_is_valid_and_takes_the_sample(event: Any) -> None:
    schema = json_schema(event)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(
        msgspec.json.decode((SAMPLES / f"{event.type_name()}.json").read_bytes())
    )


def test_the_committed_contract_is_what_the_code_says() -> None:
    assert stale_events(COMMITTED) == []


def test_every_reference_in_the_asyncapi_document_leads_somewhere() -> None:
    document = asyncapi_document()

    def follow(node: Any) -> None:
        if isinstance(node, dict):
            if "$ref" in node:
                target: Any = document
                for step in node["$ref"].removeprefix("#/").split("/"):
                    target = target[step]
            for child in node.values():
                follow(child)
        elif isinstance(node, list):
            for child in node:
                follow(child)

    follow(document)
    assert document["asyncapi"] == "3.0.0"
    assert {message["name"] for message in document["components"]["messages"].values()} == set(BY_TYPE)


SCHEMA = {
    "type": "object",
    "properties": {
        "a": {"type": "string"},
        "b": {"$ref": "#/$defs/B"},
        "c": {"type": "array", "items": {"enum": ["x", "y"]}},
        "d": {"anyOf": [{"type": "integer", "maximum": 5}, {"type": "null"}]},
    },
    "required": ["a"],
    "$defs": {"B": {"type": "object", "properties": {"e": {"type": "integer"}}, "required": ["e"]}},
}


def _changed(change: Any) -> list[str]:
    new = copy.deepcopy(SCHEMA)
    change(new)
    return incompatibilities(SCHEMA, new)


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s["properties"].update(new={"type": "string"}),
        lambda s: s["properties"].pop("d"),
        lambda s: s["properties"]["a"].update(description="other words"),
        lambda s: s["properties"]["c"]["items"]["enum"].reverse(),
    ],
)
def test_optional_fields_may_come_and_go_and_words_may_change(change: Any) -> None:
    assert _changed(change) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s["required"].append("d"),
        lambda s: s["required"].remove("a"),
        lambda s: s["properties"]["a"].update(type="integer"),
        lambda s: s["properties"]["a"].update(maxLength=3),
        lambda s: s["properties"]["c"]["items"]["enum"].append("z"),
        lambda s: s["properties"]["d"]["anyOf"][0].update(maximum=6),
        lambda s: s["properties"]["d"]["anyOf"].pop(),
        lambda s: s["$defs"]["B"]["required"].clear(),
        lambda s: s["$defs"]["B"]["properties"]["e"].update(minimum=1),
        lambda s: s.update({"x-key": "other"}),
    ],
)
def test_a_change_that_breaks_a_reader_is_found(change: Any) -> None:
    assert len(_changed(change)) == 1


def test_a_type_that_differs_from_an_earlier_schema_is_told(tmp_path: Path) -> None:
    write_events(tmp_path)
    schema = msgspec.json.decode((tmp_path / "schemas" / f"{TYPE}.json").read_bytes())
    schema["required"].append("something_old")
    (fault,) = breaking_events([(f"{TYPE}.json", msgspec.json.encode(schema))])
    assert fault == f"{TYPE}: /something_old is no longer required: old readers want it"


def test_a_type_can_only_be_taken_away_by_lifting_what_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = "id.helix.donations.gone.v1"
    (fault,) = breaking_events([(f"{gone}.json", b"{}")])
    assert "was taken away" in fault
    monkeypatch.setitem(upcasters.UPCASTERS, gone, Upcaster(TYPE, lambda data: data))
    assert breaking_events([(f"{gone}.json", b"{}")]) == []

"""The contract of the events as documents: a JSON Schema for each type, and one AsyncAPI 3 document.

They are generated from the structs, committed, and compared: a schema may only be replaced by one
that old readers and new readers both get along with.
"""

import inspect
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from shared.areas import REGENCY_NAMES
from shared.events.catalogue import EVENTS, topic_of
from shared.events.compatibility import incompatibilities
from shared.events.event import Event
from shared.events.examples import example_headers, example_payload
from shared.events.upcasters import UPCASTERS
from shared.settings import SERVICES

Document = dict[str, Any]

_HEADERS = {
    "ce_specversion": "Always 1.0.",
    "ce_id": "UUIDv7 of the event. A reader that has seen it drops the record.",
    "ce_source": "/helix/<regency code>/<service>",
    "ce_type": "The type of the event with its version.",
    "ce_subject": "The aggregate's id; the key of the record as well.",
    "ce_time": "RFC 3339 with offset: when the event was written down.",
    "ce_dataschema": "Where the JSON Schema of the data is served.",
    "ce_correlationid": "The journey it belongs to; where absent, the key.",
    "ce_causationid": "The event or request that caused it.",
    "ce_traceparent": "W3C trace context of the request that caused it.",
    "content-type": "Always application/json.",
}
_OPTIONAL_HEADERS = {"ce_correlationid", "ce_causationid", "ce_traceparent"}


def json_schema(event: type[Event]) -> Document:
    """Return the JSON Schema (2020-12) of the data of an event type."""
    generated = msgspec.json.schema(event)
    definitions = dict(generated["$defs"])
    own = definitions.pop(event.__name__)
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": event.type_name(),
        **own,
        "x-key": event.keyed_by,
        "x-topic": topic_of(event.service),
    }
    return schema | ({"$defs": definitions} if definitions else {})


def asyncapi_document() -> Document:
    """Return the AsyncAPI 3 document of all topics and events."""
    _, schemas = msgspec.json.schema_components(EVENTS, ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Helix events",
            "version": "1.0.0",
            "description": "What the services of Helix tell each other, and anyone who listens."
            " CloudEvents 1.0 in Kafka's binary mode. No event holds personal data.",
        },
        "defaultContentType": "application/json",
        "channels": {service: _channel(service) for service in SERVICES if _events_of(service)},
        "operations": {
            f"publish-{service}": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{service}"},
                "summary": f"The {service} service tells what happened.",
            }
            for service in SERVICES
            if _events_of(service)
        },
        "components": {
            "messages": {event.__name__: _message(event, schemas) for event in EVENTS},
            "schemas": schemas | {"Headers": _headers()},
        },
    }


def write_events(folder: Path) -> None:
    """Write the documents into a folder."""
    (folder / "schemas").mkdir(parents=True, exist_ok=True)
    for name, document in _documents().items():
        (folder / name).write_text(_rendered(document), encoding="utf-8")


def stale_events(folder: Path) -> list[str]:
    """Return which documents of a folder are not what the code says."""
    return [
        f"{name} is not what the code says: run `make contracts`"
        for name, document in _documents().items()
        if not (folder / name).exists() or (folder / name).read_text("utf-8") != _rendered(document)
    ]


def breaking_events(earlier: Iterable[tuple[str, bytes]]) -> list[str]:
    """Return how the types differ from earlier schemas, by file name, in a way that breaks a reader."""
    now = {f"{event.type_name()}.json": json_schema(event) for event in EVENTS}
    faults: list[str] = []
    for name, content in earlier:
        kind = name.removesuffix(".json")
        if name in now:
            found = incompatibilities(msgspec.json.decode(content), now[name])
            faults.extend(f"{kind}: {fault}" for fault in found)
        elif kind not in UPCASTERS:
            faults.append(f"{kind} was taken away: keep it, or lift it with an upcaster")
    return faults


def _documents() -> dict[str, Document]:
    schemas = {f"schemas/{event.type_name()}.json": json_schema(event) for event in EVENTS}
    return {"asyncapi.json": asyncapi_document()} | schemas


def _rendered(document: Document) -> str:
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _events_of(service: str) -> list[type[Event]]:
    return [event for event in EVENTS if event.service == service]


def _channel(service: str) -> Document:
    events = _events_of(service)
    return {
        "address": topic_of(service),
        "description": f"The events of {service}. Events of one key are in order.",
        "messages": {event.__name__: {"$ref": f"#/components/messages/{event.__name__}"} for event in events},
    }


def _message(event: type[Event], schemas: Document) -> Document:
    source = f"/helix/{next(iter(REGENCY_NAMES))}/{event.service}"
    return {
        "name": event.type_name(),
        "title": event.__name__,
        "summary": inspect.cleandoc(event.__doc__ or ""),
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/Headers"},
        "payload": {"$ref": f"#/components/schemas/{event.__name__}"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "format": "uuid", "description": f"the {event.keyed_by}"},
                "bindingVersion": "0.5.0",
            }
        },
        "examples": [
            {
                "headers": example_headers(event.type_name(), source),
                "payload": example_payload(schemas[event.__name__], schemas),
            }
        ],
    }


def _headers() -> Document:
    return {
        "type": "object",
        "properties": {name: {"type": "string", "description": text} for name, text in _HEADERS.items()},
        "required": [name for name in _HEADERS if name not in _OPTIONAL_HEADERS],
    }

"""An example of each event, made from its schema: what the AsyncAPI document shows beside the shape."""

from typing import Any

Schema = dict[str, Any]

_ID = "0199a000-0000-7000-8000-000000000001"
_TIME = "2026-11-21T08:15:00+07:00"
_FORMATS = {"uuid": _ID, "date": "2026-11-21", "date-time": _TIME}
# Where a pattern lets many words through, the one that is shown.
_WORDS = {"unit": "IDR", "name": "Lembaga Amil Contoh", "area": "35.17.01", "areas": "35.17.01"}
_WORD = "example"
_VILLAGE = "35.17.01.2001"
_NUMBER = 250_000


def example_payload(schema: Schema, schemas: dict[str, Schema], name: str = "") -> Any:
    """Return a value that the schema of a field called `name` allows; its parts are in `schemas`."""
    if "$ref" in schema:
        return example_payload(schemas[schema["$ref"].rpartition("/")[2]], schemas, name)
    if "anyOf" in schema:
        given = next(one for one in schema["anyOf"] if one.get("type") != "null")
        return example_payload(given, schemas, name)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema["type"]
    if kind == "object":
        fields = schema["properties"].items()
        return {field: example_payload(shape, schemas, field) for field, shape in fields}
    if kind == "array":
        return [example_payload(schema["items"], schemas, name)]
    return _plain(kind, schema, name)


def example_headers(event_type: str, source: str) -> dict[str, str]:
    """Return the headers that an event of the type travels with."""
    return {
        "ce_specversion": "1.0",
        "ce_id": "0199a000-0000-7000-8000-000000000002",
        "ce_source": source,
        "ce_type": event_type,
        "ce_subject": _ID,
        "ce_time": _TIME,
        "ce_dataschema": f"https://helix.example/schemas/{event_type}",
        "content-type": "application/json",
    }


def _plain(kind: str, schema: Schema, name: str) -> Any:
    if kind == "boolean":
        return True
    if kind == "integer":
        return max(schema["minimum"], min(schema["maximum"], _NUMBER))
    if "format" in schema:
        return _FORMATS[schema["format"]]
    return _WORDS.get(name, _VILLAGE if name == "desa" else _WORD)

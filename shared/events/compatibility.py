"""Full compatibility of two schemas: old readers take new data, and new readers take old data."""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

# Words for people: they change nothing for a reader.
_ANNOTATIONS = {"title", "description", "examples", "$schema", "$id", "$defs", "default", "x-key", "x-topic"}


def incompatibilities(old: Schema, new: Schema) -> list[str]:
    """Return what would break a reader, one sentence each; nothing if the new one may take its place.

    Readers ignore fields that they don't know, so an optional field may come and go. Anything else
    that changes which values are allowed breaks one side or the other.
    """
    if (old.get("x-key"), old.get("x-topic")) != (new.get("x-key"), new.get("x-topic")):
        return ["the key or the topic changed"]
    return list(_compare(old, new, "", (old, new)))


def _compare(old: Schema, new: Schema, path: str, roots: tuple[Schema, Schema]) -> Iterator[str]:
    old, new = _resolved(old, roots[0]), _resolved(new, roots[1])
    if "properties" in old and "properties" in new:
        yield from _compare_objects(old, new, path, roots)
    elif "anyOf" in old and "anyOf" in new and len(old["anyOf"]) == len(new["anyOf"]):
        for before, after in zip(old["anyOf"], new["anyOf"], strict=True):
            yield from _compare(before, after, path, roots)
    elif "items" in old and "items" in new and _rules(old, "items") == _rules(new, "items"):
        yield from _compare(old["items"], new["items"], f"{path}/*", roots)
    elif _rules(old) != _rules(new):
        yield f"{path or '/'} allows other values than before"


def _compare_objects(old: Schema, new: Schema, path: str, roots: tuple[Schema, Schema]) -> Iterator[str]:
    required_before, required_now = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(required_now - required_before):
        yield f"{path}/{name} became required: old data lacks it"
    for name in sorted(required_before - required_now):
        yield f"{path}/{name} is no longer required: old readers want it"
    for name in sorted(old["properties"].keys() & new["properties"].keys()):
        yield from _compare(old["properties"][name], new["properties"][name], f"{path}/{name}", roots)


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema


def _rules(schema: Schema, *without: str) -> Schema:
    kept = {name: value for name, value in schema.items() if name not in _ANNOTATIONS and name not in without}
    if "enum" in kept:
        kept["enum"] = sorted(kept["enum"], key=str)
    return kept

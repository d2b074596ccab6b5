"""What a program that was written against an earlier OpenAPI document would trip over in a later one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shared.http.bounds import without_null

Document = dict[str, Any]

_METHODS = {"get", "post", "put", "patch", "delete"}


def breaking_changes(old: Document, new: Document) -> list[str]:
    """Return what the new API no longer offers or newly demands, one sentence each.

    A program ignores fields it doesn't know; the service refuses those that it doesn't know. So an
    answer may only gain fields, and a request may only gain fields that can be left out.
    """
    return list(_Comparison(old, new).faults())


@dataclass(frozen=True, slots=True)
class _Shape:
    """A schema as a program sees it: without references, and with null as one of the types."""

    types: frozenset[str]
    values: frozenset[str]
    properties: Document
    required: frozenset[str]
    items: Document | None


@dataclass(frozen=True, slots=True)
class _Comparison:
    old: Document
    new: Document

    def faults(self) -> Iterator[str]:
        for path, methods in self.old["paths"].items():
            for method in methods.keys() & _METHODS:
                now = self.new["paths"].get(path, {})
                name = f"{method.upper()} {path}"
                if method in now:
                    yield from self._call(name, _whole(methods, method), _whole(now, method))
                else:
                    yield f"{name} was taken away"

    def _call(self, name: str, old: Document, new: Document) -> Iterator[str]:
        before = {entry["name"]: entry for entry in _parameters(self.old, old)}
        now = {entry["name"]: entry for entry in _parameters(self.new, new)}
        yield from (f"{name} no longer takes {parameter}" for parameter in before.keys() - now.keys())
        for parameter, entry in now.items():
            if entry.get("required") and not before.get(parameter, {}).get("required"):
                yield f"{name} demands {parameter}"
            if parameter in before:
                was, is_now = without_null(before[parameter]["schema"]), without_null(entry["schema"])
                yield from self._sent(f"{name} {parameter}", was, is_now)
        yield from self._body(name, old, new)
        for status in filter(lambda status: status.startswith("2"), old["responses"]):
            if status not in new["responses"]:
                yield f"{name} no longer answers {status}"
                continue
            given, then = _content(old["responses"][status]), _content(new["responses"][status])
            for kind in given.keys() & then.keys():
                yield from self._answered(f"{name} {status}", given[kind], then[kind])
            yield from (f"{name} {status} is no longer {kind}" for kind in given.keys() - then.keys())

    def _body(self, name: str, old: Document, new: Document) -> Iterator[str]:
        before, now = _content(old.get("requestBody", {})), _content(new.get("requestBody", {}))
        if new.get("requestBody", {}).get("required") and not old.get("requestBody", {}).get("required"):
            yield f"{name} demands a body"
        yield from (f"{name} no longer takes {kind}" for kind in before.keys() - now.keys())
        for kind in before.keys() & now.keys():
            yield from self._sent(f"{name} body", before[kind], now[kind])

    def _sent(self, place: str, old: Document, new: Document, depth: int = 0) -> Iterator[str]:
        before, now = _shape(self.old, old), _shape(self.new, new)
        if now.types and before.types - now.types:
            yield f"{place} no longer takes {' or '.join(sorted(before.types - now.types))}"
        if now.values and (gone := before.values - now.values):
            yield f"{place} no longer takes {', '.join(sorted(gone))}"
        yield from (f"{place}/{name} is demanded" for name in sorted(now.required - before.required))
        for name, schema in before.properties.items():
            if name not in now.properties:
                yield f"{place}/{name} is no longer taken"
            elif depth < _DEEPEST:
                yield from self._sent(f"{place}/{name}", schema, now.properties[name], depth + 1)
        if before.items and now.items and depth < _DEEPEST:
            yield from self._sent(f"{place}/*", before.items, now.items, depth + 1)

    def _answered(self, place: str, old: Document, new: Document, depth: int = 0) -> Iterator[str]:
        before, now = _shape(self.old, old), _shape(self.new, new)
        if before.types and now.types - before.types:
            yield f"{place} may now be {' or '.join(sorted(now.types - before.types))}"
        if now.values and (gone := before.values - now.values):
            yield f"{place} is never {', '.join(sorted(gone))} any more"
        for name, schema in before.properties.items():
            if name not in now.properties:
                yield f"{place}/{name} is no longer told"
            elif depth < _DEEPEST:
                yield from self._answered(f"{place}/{name}", schema, now.properties[name], depth + 1)
        if before.items and now.items and depth < _DEEPEST:
            yield from self._answered(f"{place}/*", before.items, now.items, depth + 1)


# A shape may hold itself.
_DEEPEST = 8


def _whole(methods: Document, method: str) -> Document:
    """Return what is said of a call, with the parameters of its address."""
    call: Document = methods[method]
    return call | {"parameters": [*methods.get("parameters", []), *call.get("parameters", [])]}


def _parameters(root: Document, call: Document) -> list[Document]:
    return [_resolved(root, entry) for entry in call.get("parameters", [])]


def _content(part: Document) -> dict[str, Document]:
    return {kind: media.get("schema", {}) for kind, media in part.get("content", {}).items()}


def _resolved(root: Document, entry: Document) -> Document:
    while "$ref" in entry:
        found: Document = root
        for step in entry["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        entry = found
    return entry


def _shape(root: Document, schema: Document) -> _Shape:
    schema = _resolved(root, schema)
    parts = [_shape(root, part) for key in ("anyOf", "oneOf", "allOf") for part in schema.get(key, [])]
    types = schema.get("type", [])
    items = [part.items for part in parts if part.items] + [schema.get("items")]
    return _Shape(
        frozenset([types] if isinstance(types, str) else types).union(*(part.types for part in parts)),
        frozenset(map(str, schema.get("enum", []))).union(*(part.values for part in parts)),
        {name: field for part in parts for name, field in part.properties.items()}
        | schema.get("properties", {}),
        frozenset(schema.get("required", [])).union(*(part.required for part in parts)),
        items[0],
    )

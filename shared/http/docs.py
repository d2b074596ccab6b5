"""The API of a service as a page, written from its OpenAPI document on the server."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app, render_template

from shared.auth import access
from shared.auth.access import AccessRule
from shared.http.openapi import document, kept
from shared.http.routes import Route, routes_of

Schema = dict[str, Any]

_CONTENTS = "helix_docs"
_METHODS = ("get", "post", "put", "patch", "delete")
_WAY = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Line:
    """One field of a shape: its name, its type in words, and the shape the type refers to, if any."""

    name: str
    kind: str
    shape: str | None
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Call:
    """One method of one address."""

    method: str
    path: str
    summary: str
    about: str
    rule: AccessRule
    parameters: list[Line] = field(default_factory=list)
    body: Line | None = None
    answers: list[tuple[str, str, Line | None]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """Return what an address points at it with."""
        return f"{self.method}{self.path}".replace("/", "-").replace("{", "").replace("}", "")


def register_docs(app: Flask) -> None:
    """Serve the page at `/docs`."""
    app.add_url_rule("/docs", "docs", show_docs)


@access.everyone
def show_docs() -> str:
    """Show every call of the API and the shapes that go in and out."""
    return render_template("docs.html", **kept(current_app, _CONTENTS, _contents))


def _contents(app: Flask) -> dict[str, Any]:
    """Return what the page shows, the same to everybody; only its words are the reader's."""
    api = document(app)
    routes = routes_of(app)
    groups: dict[str, list[Call]] = {}
    for path, methods in sorted(api.get("paths", {}).items()):
        for method in _METHODS:
            if method in methods:
                call = _call(api, methods, routes[method, path])
                groups.setdefault((methods[method].get("tags") or [""])[0], []).append(call)
    about = {tag["name"]: tag.get("description", "") for tag in api.get("tags", [])}
    shapes = api.get("components", {}).get("schemas", {})
    return {
        "info": api["info"],
        "groups": groups,
        "about": about,
        "shapes": {name: (shape, list(_fields(shape))) for name, shape in sorted(shapes.items())},
    }


def _call(api: Schema, methods: Schema, route: Route) -> Call:
    described = methods[route.method]
    parameters = [
        _resolved(api, entry) for entry in [*methods.get("parameters", []), *described.get("parameters", [])]
    ]
    body = described.get("requestBody")
    return Call(
        method=route.method,
        path=route.path,
        summary=described.get("summary", ""),
        # The page shows who may call it in the reader's language.
        about=described.get("description", "").removesuffix(route.callers),
        rule=route.rule,
        parameters=[_line(entry["name"], entry.get("schema", {}), entry) for entry in parameters],
        body=_content(body) if body else None,
        answers=[
            (status, _resolved(api, answer).get("description", ""), _content(_resolved(api, answer)))
            for status, answer in sorted(described.get("responses", {}).items())
            if status.isdecimal() and int(status) < 400
        ],
        refusals=[
            status for status in described.get("responses", {}) if status.isdecimal() and int(status) >= 400
        ],
    )


def _resolved(api: Schema, entry: Schema) -> Schema:
    """Follow a reference to a part of the document."""
    for step in entry.get("$ref", "").removeprefix("#/").split("/") if "$ref" in entry else ():
        api = api[step]
    return api if "$ref" in entry else entry


def _content(part: Schema) -> Line | None:
    for kind, media in part.get("content", {}).items():
        line = _line(kind, media.get("schema", {}), {})
        if line.kind or line.shape:
            return line
    return None


def _fields(shape: Schema) -> Iterator[Line]:
    required = shape.get("required", [])
    for name, schema in shape.get("properties", {}).items():
        yield _line(name, schema, {"required": name in required, **schema})


def _line(name: str, schema: Schema, about: Schema) -> Line:
    kind, shape = _kind(schema)
    return Line(
        name,
        kind,
        shape,
        bool(about.get("required")),
        about.get("description") or schema.get("description", ""),
    )


def _kind(schema: Schema) -> tuple[str, str | None]:
    """Return the type in words, and the shape it refers to."""
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            kinds = [_kind(option) for option in schema[key]]
            return " | ".join(kind for kind, _ in kinds), next((shape for _, shape in kinds if shape), None)
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_WAY)
        return name, name
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"] if value is not None), None
    if schema.get("type") == "array":
        kind, shape = _kind(schema.get("items", {}))
        return f"[{kind}]", shape
    types = schema.get("type", "")
    return _limited(types if isinstance(types, str) else " | ".join(types), schema), None


def _limited(kind: str, schema: Schema) -> str:
    marks = [schema["format"]] if "format" in schema else []
    if "minimum" in schema or "maximum" in schema:
        marks.append(f"{schema.get('minimum', '')}–{schema.get('maximum', '')}")
    if "maxLength" in schema:
        marks.append(f"≤ {schema['maxLength']}")
    return f"{kind} ({', '.join(marks)})" if marks else kind

"""The OpenAPI document of a service, with errors described as they are."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, TypeVar

from flask import Flask, Response, current_app, jsonify

from shared.auth import access
from shared.http.bounds import LONGEST_STEP, bound, without_null
from shared.http.problem import MOST_FAULTS
from shared.http.resources import Api
from shared.http.routes import describe_route, described_parts, routes_of

T = TypeVar("T")

_EXTENSION = "helix_api"
_DESCRIBED = "helix_api_described"
_ENDPOINT = "api-docs.openapi_json"
_NOT_OURS = ("Error", "PaginationMetadata")

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457: what is wrong and how to mend it.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {
            "type": "string",
            "description": "the address that was asked for; absent where it is none of ours, or holds more than ids",
        },
        "code": {"type": "string", "description": "never changes, so programs may rely on it"},
        "request_id": {"type": ["string", "null"], "description": "finds the request in the log"},
        "errors": {
            "type": "array",
            "description": f"every fault of the input at once, of more than {MOST_FAULTS} the first",
            "maxItems": MOST_FAULTS,
            "items": {"$ref": "#/components/schemas/Fault"},
        },
    },
}
_FAULT: dict[str, Any] = {
    "type": "object",
    "description": "One thing wrong with an input.",
    "required": ["pointer", "detail"],
    "properties": {
        "pointer": {"type": "string", "description": "RFC 6901, into the body or the query"},
        "detail": {"type": "string"},
    },
}


def serve_document(app: Flask, api: Api) -> None:
    """Open `/openapi.json` to everyone."""
    app.extensions[_EXTENSION] = api
    app.view_functions[_ENDPOINT] = show_document


def kept(app: Flask, name: str, work_out: Callable[[Flask], T]) -> T:
    """Return what follows from the app's routes, worked out once: they stay, and whoever asks may ask often."""
    if name not in app.extensions:
        app.extensions[name] = work_out(app)
    found: T = app.extensions[name]
    return found


def document(app: Flask) -> dict[str, Any]:
    """Return the document; without the address of one installation, so that it can be kept and compared."""
    return kept(app, _DESCRIBED, _described) | {"servers": [{"url": "/", "x-internal": False}]}


@access.everyone
def show_document() -> Response:
    """Return the OpenAPI document."""
    return jsonify(kept(current_app, _DESCRIBED, _described))


def _described(app: Flask) -> dict[str, Any]:
    api: Api = app.extensions[_EXTENSION]
    # A copy, because the specification hands out its own parts.
    found: dict[str, Any] = deepcopy(api.spec.to_dict())
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    schemas = found["components"]["schemas"]
    shapes = {name: shape for name, shape in schemas.items() if name not in _NOT_OURS}
    routes = routes_of(app)
    for path, methods in found["paths"].items():
        for entry in methods.get("parameters", []):
            if "format" not in entry["schema"]:
                entry["schema"]["maxLength"] = LONGEST_STEP
        for method, operation in methods.items():
            if (method, path) in routes:
                _take_into_body(operation)
                _take_null_from_query(operation)
                describe_route(operation, routes[method, path])
    shapes |= {"Problem": deepcopy(PROBLEM), "Fault": deepcopy(_FAULT)}
    whole = {**found, "components": {"schemas": shapes, **described_parts(problem)}}
    _leave_out_unused(whole)
    bound(whole)
    return whole


def _leave_out_unused(whole: dict[str, Any]) -> None:
    """Leave out the parts that this service's calls don't refer to, directly or through others."""
    used: set[str] = set()
    reached = list(_references(whole["paths"]))
    while reached:
        name = reached.pop()
        if name not in used:
            used.add(name)
            _, _, kind, part = name.split("/")
            reached.extend(_references(whole["components"][kind][part]))
    for kind, parts in whole["components"].items():
        whole["components"][kind] = {
            name: part for name, part in parts.items() if f"#/components/{kind}/{name}" in used
        }


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        # Ways to prove oneself are named where all else is referred to.
        for way in part.get("security", []):
            yield from (f"#/components/securitySchemes/{name}" for name in way)
        for entry in part.values():
            yield from _references(entry)
    if isinstance(part, list):
        for entry in part:
            yield from _references(entry)


def _take_null_from_query(operation: dict[str, Any]) -> None:
    for entry in operation.get("parameters", []):
        if entry.get("in") == "query":
            entry["schema"] = without_null(entry["schema"])


def _take_into_body(operation: dict[str, Any]) -> None:
    """Describe the fields sent beside a file as part of the body: OpenAPI 3 has no other place for them."""
    beside = [entry for entry in operation.get("parameters", []) if entry.get("in") == "formData"]
    if not beside:
        return
    operation["parameters"] = [entry for entry in operation["parameters"] if entry not in beside]
    fields = {"type": "object", "properties": {entry["name"]: entry["schema"] for entry in beside}}
    for media in operation["requestBody"]["content"].values():
        media["schema"] = {"allOf": [media["schema"], fields]}

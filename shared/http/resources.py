"""OpenAPI 3.1 from the code: flask-smorest, with our way of being wrong."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import flask_smorest
from flask import Flask, Request, Response, current_app, request
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import RAISE, Schema
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from shared.errors import DomainError, Fault, Invalid
from shared.http.problem import phrase_of
from shared.settings import Settings

View = Callable[..., Any]
Decorator = Callable[[View], View]


class _Parser(FlaskParser):
    """Refuses what it does not know, in the query too."""

    DEFAULT_UNKNOWN_BY_LOCATION = dict.fromkeys(("json", "query", "form", "files"), RAISE)

    def load_json(self, req: Request, schema: Schema) -> Any:
        """Read the body; refuse what no column can hold: half a character, depth or numbers without end.

        A name that stands twice in one object is refused too: one reader takes the first, another the last.
        """
        _require_whole(req)
        try:
            body = super().load_json(req, schema)
            if body:
                json.loads(req.get_data(cache=True), object_pairs_hook=_each_once)
            if rb"\ud" in req.get_data(cache=True).lower():
                json.dumps(body, ensure_ascii=False, default=str).encode()
        except _Twice:
            raise Invalid([Fault("", "Must not have the same name twice in one object.")]) from None
        except UnicodeEncodeError:
            raise Invalid([Fault("", "Must not hold half of a surrogate pair.")]) from None
        except (RecursionError, ValueError):
            raise DomainError(
                "unreadable",
                "The body is not JSON that can be read: it nests too deep, or a number is too long.",
            ) from None
        return body


class _Twice(Exception):
    """A name stands twice in one object."""


def _each_once(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        raise _Twice


def _require_whole(req: Request) -> None:
    """Refuse a body that was cut: one that comes in chunks is read up to the limit, and not a byte further."""
    limit = req.max_content_length
    if req.content_length is None and limit is not None and len(req.get_data(cache=True)) >= limit:
        raise RequestEntityTooLarge


class Blueprint(SmorestBlueprint):  # type: ignore[misc]  # flask-smorest ships no types
    """A group of JSON resources."""

    ARGUMENTS_PARSER = _Parser()

    def route(self, rule: str, **options: Any) -> Decorator:
        """Bind a view to an address."""
        bind: Decorator = super().route(rule, **options)
        return bind

    def arguments(self, schema: Any, **options: Any) -> Decorator:
        """Check what comes in against a schema, and hand it to the view."""
        check: Decorator = super().arguments(schema, **options)
        return check

    def response(self, status_code: int, schema: Any = None, **options: Any) -> Decorator:
        """Shape what goes out by a schema."""
        shape: Decorator = super().response(status_code, schema, **options)
        return shape

    def may_refuse(self, status: HTTPStatus) -> Decorator:
        """Name a refusal that does not follow from what the route is, such as of a thing the body names."""
        name: Decorator = super().alt_response(status.value, description=phrase_of(status))
        return name


class Api(flask_smorest.Api):  # type: ignore[misc]  # flask-smorest ships no types
    """The API of one service; every error is told by `shared.http.problem`."""

    def _register_error_handlers(self) -> None:
        """Leave errors to the one place that tells them."""


def register_api(app: Flask, settings: Settings) -> Api:
    """Add the OpenAPI document at `/openapi.json`."""
    app.config |= {
        "API_TITLE": f"Helix {settings.service}",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": "/",
        "OPENAPI_JSON_PATH": "openapi.json",
        "API_SPEC_OPTIONS": {
            "info": {
                "description": "Errors are RFC 9457 problem+json; every POST that creates takes Idempotency-Key.",
                "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
                "contact": {"name": "Whoever runs this installation"},
            },
            "servers": [{"url": settings.public_url, "x-internal": False}],
        },
    }
    app.before_request(_only_json)
    if settings.synthetic:
        app.after_request(_say_synthetic)
    return Api(app)


def _only_json() -> None:
    """Refuse a body that is neither JSON nor, where files are sent, a form."""
    if not request.path.startswith("/v1/") or request.method not in {"POST", "PUT", "PATCH"}:
        return
    if request.url_rule is None:
        # The router tells that there is nothing here, or not by this method.
        return
    is_form = request.mimetype == "multipart/form-data" and _takes_files()
    if _has_body() and not request.is_json and not is_form:
        raise UnsupportedMediaType


def _has_body() -> bool:
    # One that comes in chunks does not say how long it is.
    return bool(request.content_length) or "Transfer-Encoding" in request.headers


def _takes_files() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    described = getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", [])
    return any(one.get("in") in {"files", "formData"} for one in described)


def _say_synthetic(response: Response) -> Response:
    """Say of every answer that no real household is behind it: whatever its shape, lists and errors too."""
    if request.path.startswith("/v1/"):
        response.headers["Helix-Data"] = "synthetic"
    return response


def created(body: Any, path: str) -> tuple[Any, int, dict[str, str]]:
    """Return the answer 201 with the address of what was created."""
    return body, 201, {"Location": request.script_root + path}


__all__ = ["Api", "Blueprint", "created", "register_api"]

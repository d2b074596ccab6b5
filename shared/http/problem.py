"""RFC 9457 problem+json for every status, from one place."""

import json
import logging
import re
from collections.abc import Iterator
from http import HTTPStatus
from itertools import islice
from typing import Any
from uuid import UUID

from flask import Flask, Response, request
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from shared.errors import DomainError, Fault, Sentence, Unauthenticated
from shared.telemetry.context import current_trace
from shared.web.problems import render_problem

_log = logging.getLogger(__name__)

# PostgreSQL's SQLSTATE 55P03 (lock not available) and 57014 (statement timed out): try again.
_BUSY = {"55P03", "57014"}

# An input of a megabyte may have a hundred thousand faults, and an answer must not outgrow what it answers.
MOST_FAULTS = 100
_LONGEST_POINTER = 1000

_LONG_NUMBER = re.compile(r"\d{8,}")

# By RFC 9110. Python changed its words for them with 3.13, and a `code` never changes.
_PHRASES = {413: "Content Too Large", 414: "URI Too Long", 422: "Unprocessable Content"}

_DETAILS = {
    400: Sentence("The request could not be read."),
    404: Sentence("There is nothing at this address."),
    405: Sentence("This address does not take that method."),
    413: Sentence("The body is too large."),
    415: Sentence("Send the body as application/json."),
    429: Sentence("Too many requests; wait as long as Retry-After says."),
    500: Sentence("Something broke on our side; the request_id finds it in the log."),
}
_BUSY_OR_AWAY = Sentence(
    "The database is busy or away. Look in a moment whether your change is there, and send it again if it"
    " is not: with the same Idempotency-Key it takes effect once."
)


def phrase_of(status: int) -> str:
    """Return what a status is called."""
    return _PHRASES.get(status) or HTTPStatus(status).phrase


def code_of(status: int) -> str:
    """Return the code of a problem of which no more is known than its status."""
    return phrase_of(status).lower().replace(" ", "_").replace("-", "_")


def problem(
    status: int,
    code: str,
    detail: Sentence,
    *,
    errors: tuple[Fault, ...] = (),
    extra: dict[str, object] | None = None,
) -> dict[str, Any]:
    """Return a problem: `type, title, status, detail, instance, code, request_id`.

    Its sentences are in no language yet: a program gets them in English, a person in their own.
    `instance` is left out where the address holds a word of the sender's: it could be anybody's number.
    """
    trace = current_trace()
    body: dict[str, Any] = {
        "type": f"urn:helix:problem:{code}",
        "title": phrase_of(status),
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": trace.request_id if trace else None,
    }
    if _is_named_by_ids():
        body["instance"] = request.path
    if errors:
        body["errors"] = [{"pointer": fault.pointer, "detail": fault.sentence} for fault in errors]
    return body | (extra or {})


def _is_named_by_ids() -> bool:
    """Tell whether the address is one of ours, and all that it names it names by an opaque id."""
    names = (request.view_args or {}).values()
    return request.url_rule is not None and all(isinstance(name, UUID) for name in names)


def respond(body: dict[str, Any]) -> Response:
    """Return the problem as an answer to a program."""
    english = json.dumps(body, default=_english)
    return Response(english, status=body["status"], content_type="application/problem+json")


def _english(value: object) -> str:
    if isinstance(value, Sentence):
        return str(value)
    raise TypeError(f"a {type(value).__name__} can't be written as JSON")


def is_for_programs() -> bool:
    """Tell whether the client is a program, to which even an error must not be a page."""
    if request.path.lower().startswith(("/v1", "/schemas", "/.well-known")) or request.path.endswith(".json"):
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def register_problems(app: Flask) -> None:
    """Turn every error of an app into a problem, or into a page where a person asked for one."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(PoolTimeout, _database_error)
    app.register_error_handler(Exception, _bug)


def _answer(body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    response = respond(body) if is_for_programs() else render_problem(body)
    response.headers.update(headers or {})
    return response


def _domain_error(error: DomainError) -> Response:
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, Unauthenticated) else {}
    body = problem(error.status, error.code, error.sentence, errors=error.errors, extra=error.extra)
    return _answer(body, headers)


def _http_error(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    messages = (getattr(error, "data", None) or {}).get("messages")
    if messages and status in {400, 422}:
        return _answer(_from_marshmallow(status, messages))
    detail = _DETAILS.get(status) or Sentence(HTTPStatus(status).description or phrase_of(status))
    kept = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}}
    return _answer(problem(status, code_of(status), detail), kept)


def _database_error(error: DBAPIError | PoolTimeout) -> Response:
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    away = isinstance(error, OperationalError | PoolTimeout) or getattr(
        error, "connection_invalidated", False
    )
    if away or state in _BUSY:
        _log.warning("database unavailable", extra={"sqlstate": state})
        return _answer(problem(503, "unavailable", _BUSY_OR_AWAY), {"Retry-After": "2"})
    return _bug(error)


def _bug(error: Exception) -> Response:
    # The statement and its parameters may hold personal data, so only the kind and the place are logged.
    cause = getattr(error, "orig", None) or error
    frame = error.__traceback__
    places = []
    while frame is not None:
        code = frame.tb_frame.f_code
        places.append(f"{code.co_filename}:{frame.tb_lineno} {code.co_name}")
        frame = frame.tb_next
    _log.error("unhandled", extra={"kind": type(cause).__name__, "places": places[-12:]})
    return _answer(problem(500, "internal_error", _DETAILS[500]))


def _from_marshmallow(status: int, messages: dict[str, Any]) -> dict[str, Any]:
    """Flatten {location: {field: [text]}} into one fault each, with its RFC 6901 pointer."""
    listed = (fault for location in messages.values() for fault in _faults(location, ""))
    faults = tuple(islice(listed, MOST_FAULTS))
    if status == 400:
        return problem(400, "unreadable", Sentence("The body is not JSON."), errors=faults)
    detail = Sentence("The input has faults; each is listed with its place.")
    return problem(422, "invalid", detail, errors=faults)


def _faults(found: Any, pointer: str) -> Iterator[Fault]:
    if isinstance(found, dict):
        for key, value in found.items():
            yield from _faults(value, pointer if key == "_schema" else f"{pointer}/{_escape(key)}")
        return
    for text in found if isinstance(found, list) else [found]:
        yield Fault(pointer[:_LONGEST_POINTER], str(text))


def _escape(key: object) -> str:
    """Return a name as a pointer writes it; a long number in it is the sender's, and may be a person's."""
    return _LONG_NUMBER.sub("…", str(key)).replace("~", "~0").replace("/", "~1")

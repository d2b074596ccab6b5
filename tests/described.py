"""Whether a service answers only as its OpenAPI document says that it may."""

from typing import Any

from flask import Flask, Response, request

from shared.http.openapi import document
from shared.http.routes import routes_of

_answers: dict[str, dict[tuple[str, str], set[str]]] = {}


def undescribed_answer(service: str, app: Flask, response: Response) -> str | None:
    """Return what was answered though the document does not name that status, if so.

    What breaks on our side is what the document has its `default` for.
    """
    if request.url_rule is None or response.status_code in {405, 500}:
        return None
    if service not in _answers:
        _answers[service] = _described(app)
    named = _answers[service].get((request.endpoint or "", request.method))
    if named is None or str(response.status_code) in named:
        return None
    return f"{request.method} {request.url_rule}: {response.status_code}"


def _described(app: Flask) -> dict[tuple[str, str], set[str]]:
    """Return the statuses that the document names, by endpoint and method."""
    described: dict[str, Any] = document(app)["paths"]
    routes = routes_of(app)
    return {
        (route.endpoint, method.upper()): set(described[path][method]["responses"]) - {"default"}
        for (method, path), route in routes.items()
        if method in described.get(path, {}) and path.startswith("/v1/")
    }

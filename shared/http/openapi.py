"""The OpenAPI document of a service."""

from typing import Any

from flask import Flask, Response, current_app, jsonify

from shared.auth import access
from shared.http.resources import Api

_EXTENSION = "helix_api"
_ENDPOINT = "api-docs.openapi_json"


def serve_document(app: Flask, api: Api) -> None:
    """Open `/openapi.json` to everyone."""
    app.extensions[_EXTENSION] = api
    app.view_functions[_ENDPOINT] = show_document


def document(app: Flask) -> dict[str, Any]:
    """Return the document; without the addresses of one installation, so that it can be kept and compared."""
    api: Api = app.extensions[_EXTENSION]
    found: dict[str, Any] = api.spec.to_dict()
    return {name: part for name, part in found.items() if name != "servers"}


@access.everyone
def show_document() -> Response:
    """Return the OpenAPI document."""
    api: Api = current_app.extensions[_EXTENSION]
    return jsonify(api.spec.to_dict())

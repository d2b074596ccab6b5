"""The events' public contract, served by each service: `/asyncapi.json` and `/schemas/<type>`."""

from flask import Flask, Response, jsonify

from shared.auth import access
from shared.errors import NotFound
from shared.events.catalogue import BY_TYPE
from shared.events.schemas import asyncapi_document, json_schema


def register_event_documents(app: Flask) -> None:
    """Add the routes of the events' contract."""

    @access.everyone
    def asyncapi() -> Response:
        """Return the AsyncAPI 3 document of all events."""
        return _kept(jsonify(asyncapi_document()))

    @access.everyone
    def schema(type_name: str) -> Response:
        """Return the JSON Schema of one event type."""
        event = BY_TYPE.get(type_name)
        if event is None:
            raise NotFound("event type")
        response = jsonify(json_schema(event))
        response.content_type = "application/schema+json"
        return _kept(response)

    app.add_url_rule("/asyncapi.json", "asyncapi", asyncapi)
    app.add_url_rule("/schemas/<type_name>", "event_schema", schema)


def _kept(response: Response) -> Response:
    response.cache_control.public = True
    response.cache_control.max_age = 300
    return response

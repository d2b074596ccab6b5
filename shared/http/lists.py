"""Lists that stay put while rows come in: pages by id, never by offset."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import request
from marshmallow import Schema, fields, validate
from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session, scoped_session


class PageQuery(Schema):
    """The query parameters of every list; a list with filters derives from it."""

    limit = fields.Integer(load_default=25, validate=validate.Range(1, 100))
    starting_after = fields.UUID(load_default=None)


def listing(item: type[Schema]) -> type[Schema]:
    """Return the schema of a list of `item`, for the API's description."""
    name = item.__name__.removesuffix("Schema") + "List"
    return Schema.from_dict(
        {
            "object": fields.Constant("list"),
            "data": fields.List(fields.Nested(item)),
            "has_more": fields.Boolean(),
            "url": fields.String(),
        },
        name=name,
    )


def page(
    session: Session | scoped_session[Any],
    rows: Select[Any],
    identity: InstrumentedAttribute[Any],
    query: dict[str, Any],
    render: Callable[[Any], Any] = lambda row: row,
) -> dict[str, Any]:
    """Return one page of `rows`, in order of id, after the id that the query names."""
    if query.get("starting_after") is not None:
        rows = rows.where(identity > query["starting_after"])
    limit = query["limit"]
    found = session.scalars(rows.order_by(identity).limit(limit + 1)).all()
    return {
        "object": "list",
        "data": [render(row) for row in found[:limit]],
        "has_more": len(found) > limit,
        "url": request.path + (f"?{urlencode(list(request.args.items(multi=True)))}" if request.args else ""),
    }

"""Lists that stay put while rows come in: a page begins behind a row, never at an offset."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import request
from marshmallow import Schema, fields, validate
from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute

from shared.database import AnySession
from shared.errors import Fault, Invalid


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
    session: AnySession,
    rows: Select[Any],
    order: InstrumentedAttribute[Any],
    query: dict[str, Any],
    render: Callable[[Any], Any] = lambda row: row,
) -> dict[str, Any]:
    """Return one page of `rows`, behind the one whose id the query names.

    `order` is the model's id, which grows with time, or where ids come from elsewhere the unique
    column that tells in which order the rows came here: a smaller id may come later.
    """
    if query.get("starting_after") is not None:
        rows = rows.where(order > _place_of(session, order, query["starting_after"]))
    limit = query["limit"]
    found = session.scalars(rows.order_by(order).limit(limit + 1)).all()
    return {
        "object": "list",
        "data": [render(row) for row in found[:limit]],
        "has_more": len(found) > limit,
        "url": request.path + (f"?{urlencode(list(request.args.items(multi=True)))}" if request.args else ""),
    }


def _place_of(session: AnySession, order: InstrumentedAttribute[Any], identity: UUID) -> Any:
    """Return where a row stands in the order; an id says so itself."""
    known: InstrumentedAttribute[Any] = order.class_.id
    if order.key == known.key:
        return identity
    place = session.scalar(select(order).where(known == identity))
    if place is None:
        raise Invalid([Fault("/starting_after", "Must be the id of one that was listed.")])
    return place

"""The shape of the gaps over HTTP: the same in all three services."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError, fields

from shared import areas
from shared.gaps import Gap
from shared.http.fields import AreaCode, Word
from shared.vocabulary import NEED_CATEGORIES


class PublicArea(AreaCode):
    """The regency or a sub-district: what is short in one village would tell of its households."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        code = super()._deserialize(value, attr, data, **options)
        if code in areas.villages():
            raise ValidationError("Name the regency or a sub-district.")
        return code


class GapQuery(Schema):
    """The filters of the gaps."""

    area = PublicArea(load_default=None)
    category = Word(NEED_CATEGORIES, load_default=None)


class NextSchema(Schema):
    """The open need that stands highest in the policy's order: of those that nothing reaches, where there are any."""

    decile = fields.Integer()
    urgency = fields.Integer()


class GapSchema(Schema):
    """What the next unit would cover in the regency or a sub-district, of a category and market.

    `unreached`: nothing that is pledged could reach it. No open pledge admits it that has anything left to give, be it
    free or set aside in a way that may still change. The regency's contain those of its sub-districts. Fewer than 10
    needs are neither counted nor described, and of a sub-district not even named.
    """

    object = fields.Constant("gap")
    area = fields.String()
    area_name = fields.String()
    category = fields.String()
    market = fields.String()
    unit = fields.String()
    item = fields.String(allow_none=True)
    open = fields.Integer(allow_none=True)
    unreached = fields.Integer(allow_none=True)
    value_idr = fields.Integer(allow_none=True)
    needs = fields.Integer(allow_none=True)
    suppressed = fields.Boolean()
    next = fields.Nested(NextSchema, allow_none=True)


class GapsSchema(Schema):
    """All gaps, those first that nothing pledged reaches, as the officers' service told of them last."""

    object = fields.Constant("list")
    data = fields.List(fields.Nested(GapSchema))
    has_more = fields.Constant(False)
    url = fields.String()
    as_of = fields.DateTime(allow_none=True, metadata={"description": "null before the first was told"})


def render_gaps(gaps: Iterable[Gap], as_of: datetime | None) -> dict[str, Any]:
    """Return the answer to a request for gaps."""
    return {
        "data": [_render(gap) for gap in gaps],
        "url": request.full_path.rstrip("?"),
        "as_of": as_of,
    }


def _render(gap: Gap) -> dict[str, Any]:
    return {
        "area": gap.area,
        "area_name": areas.name_of(gap.area),
        "category": gap.kind.category,
        "market": gap.kind.market,
        "unit": gap.kind.unit,
        "item": gap.kind.item,
        "open": gap.open,
        "unreached": gap.unreached,
        "value_idr": gap.value_idr,
        "needs": gap.needs,
        "suppressed": None in {gap.needs, gap.unreached},
        "next": gap.next_need,
    }

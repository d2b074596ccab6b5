"""The shapes of needs over HTTP."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.programs.needs.models import Need
from shared.catalogue import ITEMS
from shared.http.fields import AreaCode, Flag, Quantity, Text, Word
from shared.http.lists import PageQuery
from shared.vocabulary import NEED_CATEGORIES, NEED_STATUSES, RUPIAH

UNITS = (RUPIAH, *sorted({item.unit for item in ITEMS.values()}))


class NewNeedSchema(Schema):
    """What a household lacks. In rupiah, or an item of the catalogue in its unit."""

    category = Word(NEED_CATEGORIES, required=True)
    quantity = Quantity(required=True)
    unit = Word(UNITS, required=True)
    item = Word(tuple(ITEMS), load_default=None, allow_none=True)
    value_idr = Quantity(smallest=0, load_default=None, allow_none=True)
    urgency = fields.Integer(strict=True, load_default=3, validate=validate.Range(1, 5))
    indivisible = Flag(load_default=False)


class NeedQuery(PageQuery):
    """The filters of the list."""

    status = Word(NEED_STATUSES, load_default=None)
    area = AreaCode(load_default=None)
    category = Word(NEED_CATEGORIES, load_default=None)
    household = fields.UUID(load_default=None)


class ClosingSchema(Schema):
    """Why a need is closed."""

    reason = Text(longest=500, required=True)


class CoverSchema(Schema):
    """An allocation, as its need shows it."""

    id = fields.UUID()
    pledge = fields.UUID()
    quantity = fields.Integer()
    status = fields.String()


class LimitInAllSchema(Schema):
    """What the policy lets a household have in all, what it has and what is left: rupiah, at reference prices."""

    limit_idr = fields.Integer()
    has_idr = fields.Integer()
    left_idr = fields.Integer()


class WhyOpenSchema(Schema):
    """Why something of a need is open, and what would cover it: a pledge of what is `missing` that admits it.

    `needs_before` have something of what the `admitting_pledges` give, whether they are still open or not; `rank`
    counts open needs. `household_limit` is null where it is not why.
    """

    code = fields.String()
    words = fields.List(fields.String())
    admitting_pledges = fields.Integer()
    needs_before = fields.Integer()
    missing = fields.Integer()
    household_limit = fields.Nested(LimitInAllSchema, allow_none=True)


class StandingSchema(Schema):
    """What the policy's order looks at, as it is now, and the points of the household's score."""

    tier = fields.Integer()
    decile = fields.Integer()
    score = fields.Integer()
    score_parts = fields.Dict(keys=fields.String(), values=fields.Integer())
    urgency = fields.Integer()
    waited_days = fields.Integer()
    policy_version = fields.Integer()


class NeedSchema(Schema):
    """A need, and how far it is met.

    `rank` is its place among `of` open needs of its market: those in the same item; all in rupiah, of every category.
    """

    object = fields.Constant("need")
    id = fields.UUID()
    household = fields.UUID()
    desa = fields.String()
    category = fields.String()
    quantity = fields.Integer()
    unit = fields.String()
    item = fields.String(allow_none=True)
    value_idr = fields.Integer()
    urgency = fields.Integer()
    indivisible = fields.Boolean()
    status = fields.String()
    covered = fields.Integer()
    delivered = fields.Integer()
    rank = fields.Integer(allow_none=True)
    of = fields.Integer(allow_none=True)
    allocations = fields.List(fields.Nested(CoverSchema))
    why = fields.Nested(WhyOpenSchema, allow_none=True)
    standing = fields.Nested(StandingSchema)
    moved_from = fields.UUID(allow_none=True)
    closed_at = fields.DateTime(allow_none=True)
    closed_reason = fields.String(allow_none=True)
    created_at = fields.DateTime()


def render_need(need: Need) -> dict[str, Any]:
    """Return a need's own fields as `NeedSchema` shows them."""
    return {
        "id": need.id,
        "household": need.household_id,
        "desa": need.desa,
        "category": need.category,
        "quantity": need.quantity,
        "unit": need.unit,
        "item": need.item,
        "value_idr": need.value_idr,
        "urgency": need.urgency,
        "indivisible": need.indivisible,
        "status": need.status,
        "covered": need.covered,
        "delivered": need.delivered,
        "moved_from": need.moved_from,
        "closed_at": need.closed_at,
        "closed_reason": need.closed_reason,
        "created_at": need.created_at,
    }

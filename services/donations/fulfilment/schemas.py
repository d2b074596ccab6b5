"""Allocations over HTTP, as a donor sees them: without the household."""

from marshmallow import Schema, fields

from services.donations.fulfilment.domain import STANDINGS
from shared.http.fields import Word
from shared.http.lists import PageQuery
from shared.vocabulary import ALLOCATION_STATUSES, NEED_CATEGORIES


class AllocationSchema(Schema):
    """A part of a pledge set aside for a household. `area` is its sub-district; `open` may be paid now.

    `standing` counts as long as anything is left to pay or to deliver; of what is over it says how it stood then.
    """

    object = fields.Constant("allocation")
    id = fields.UUID()
    created_at = fields.AwareDateTime()
    pledge = fields.UUID(attribute="pledge_id")
    area = fields.String()
    category = Word(NEED_CATEGORIES)
    quantity = fields.Integer()
    unit = fields.String()
    item = fields.String(allow_none=True)
    status = Word(ALLOCATION_STATUSES)
    standing = Word(STANDINGS)
    why = fields.String(allow_none=True, attribute="told_why")
    contributed = fields.Integer()
    delivered = fields.Integer()
    released = fields.Integer()
    open = fields.Integer()
    reasons = fields.Dict(keys=fields.String(), attribute="told_reasons")
    policy_version = fields.Integer(allow_none=True)


class AllocationQuery(PageQuery):
    """Which allocations to list."""

    pledge = fields.UUID(load_default=None)
    status = Word(ALLOCATION_STATUSES, load_default=None)

"""Contributions over HTTP."""

from marshmallow import Schema, fields

from shared.http.fields import Quantity, Text
from shared.http.lists import PageQuery


class NewContributionSchema(Schema):
    """What was paid or handed over."""

    allocation = fields.UUID(required=True)
    quantity = Quantity(required=True)
    paid_on = fields.Date(required=True)
    reference = Text(longest=200, required=True)


class ContributionSchema(Schema):
    """A contribution. `released` of it is with the pledge again; `carried_over`: paid before, not anew."""

    object = fields.Constant("contribution")
    id = fields.UUID()
    created_at = fields.AwareDateTime()
    pledge = fields.UUID(attribute="pledge_id")
    allocation = fields.UUID(attribute="allocation_id")
    quantity = fields.Integer()
    released = fields.Integer()
    carried_over = fields.Boolean()
    unit = fields.String()
    paid_on = fields.Date()
    reference = fields.String()


class ContributionQuery(PageQuery):
    """Which contributions to list."""

    pledge = fields.UUID(load_default=None)
    allocation = fields.UUID(load_default=None)

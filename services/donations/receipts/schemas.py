"""Receipts over HTTP."""

from marshmallow import Schema, fields

from shared.http.lists import PageQuery


class ReceiptSchema(Schema):
    """The confirmation that something reached a household. `area` is its sub-district."""

    object = fields.Constant("receipt")
    id = fields.UUID()
    created_at = fields.AwareDateTime()
    number = fields.String()
    pledge = fields.UUID(attribute="pledge_id")
    allocation = fields.UUID(attribute="allocation_id")
    quantity = fields.Integer()
    unit = fields.String()
    item = fields.String(allow_none=True)
    category = fields.String()
    area = fields.String()
    day = fields.Date()


class ReceiptQuery(PageQuery):
    """Which receipts to list."""

    pledge = fields.UUID(load_default=None)
    allocation = fields.UUID(load_default=None)

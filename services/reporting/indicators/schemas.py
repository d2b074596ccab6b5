"""The shapes of indicators."""

from marshmallow import Schema, fields


class WordsSchema(Schema):
    """A text in Indonesian and in English."""

    id = fields.String()
    en = fields.String()


class ValueSchema(Schema):
    """One value with its date, method and source."""

    period = fields.String(allow_none=True, metadata={"description": "a year, month, day, or instant"})
    value = fields.Raw(allow_none=True, metadata={"type": "number", "description": "null where suppressed"})
    unit = fields.String()
    method = fields.String()
    source = fields.String()
    suppressed = fields.Boolean()


class IndicatorSchema(Schema):
    """What a figure means, and its values. `registry` is counted here, `official` was published by others."""

    object = fields.String()
    id = fields.String()
    created_at = fields.AwareDateTime(metadata={"description": "when it was first defined"})
    kind = fields.String(metadata={"enum": ["registry", "official"]})
    unit = fields.String()
    name = fields.Nested(WordsSchema)
    definition = fields.Nested(WordsSchema)
    values = fields.List(fields.Nested(ValueSchema))


class IndicatorListSchema(Schema):
    """Every indicator."""

    object = fields.String()
    data = fields.List(fields.Nested(IndicatorSchema))
    has_more = fields.Boolean()
    url = fields.String()

"""The shape of a trend."""

from marshmallow import Schema, fields

from services.reporting.progress.schemas import TargetSchema
from services.reporting.trend.domain import MEASURES
from shared.http.fields import Word


class TrendQuery(Schema):
    """What can be followed."""

    measure = Word(tuple(MEASURES), load_default="people")


class DatedTargetSchema(TargetSchema):
    """The value to be reached, and until when."""

    value = fields.Integer()


class PointSchema(Schema):
    """The value once the day or minute that starts `at` was over, or now."""

    at = fields.AwareDateTime()
    value = fields.Integer(allow_none=True, metadata={"description": "null where suppressed"})
    suppressed = fields.Boolean()


class TrendSchema(Schema):
    """A series with the dated target."""

    object = fields.String()
    as_of = fields.AwareDateTime(allow_none=True)
    measure = fields.String()
    unit = fields.String()
    grain = fields.String(metadata={"description": "`day`, or `minute` in the first two days"})
    target = fields.Nested(DatedTargetSchema, allow_none=True)
    data = fields.List(fields.Nested(PointSchema))

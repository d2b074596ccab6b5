"""The shape of funding."""

from marshmallow import Schema, fields

from services.reporting.funding.queries import GROUPINGS
from shared.http.fields import Word


class FundingQuery(Schema):
    """What funding may be grouped by."""

    by = Word(tuple(GROUPINGS), load_default="fund")


class FundingRowSchema(Schema):
    """Whole rupiah at each stage. A rupiah may stand in several of them: never add them up."""

    key = fields.String(
        metadata={"description": "`any`: pledged for several categories or for whatever is short"}
    )
    pledged = fields.Integer()
    reserved = fields.Integer()
    contributed = fields.Integer()
    delivered = fields.Integer()


class FundingListSchema(Schema):
    """The four columns, row by row."""

    object = fields.String()
    as_of = fields.AwareDateTime(allow_none=True)
    by = fields.String()
    unit = fields.String()
    data = fields.List(fields.Nested(FundingRowSchema))

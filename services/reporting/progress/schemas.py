"""The shapes of a summary and of an area."""

from typing import Any

from marshmallow import Schema, fields

from shared.http.fields import AreaCode

_COUNT: dict[str, Any] = {"allow_none": True, "metadata": {"description": "null where suppressed"}}
_PERCENT: dict[str, Any] = {
    "allow_none": True,
    "metadata": {"description": "percent; null: suppressed or unknown"},
}


class SummaryQuery(Schema):
    """What a summary may be asked for."""

    area = AreaCode(load_default=None, metadata={"description": "official code; the regency if left out"})


class TargetSchema(Schema):
    """What is to be reached, and until when."""

    people = fields.Integer()
    rate = fields.Float(metadata={"description": "percent"})
    due = fields.Date()
    source = fields.String()


class HeadlineSchema(Schema):
    """People and households on the list of the extremely poor; `rate` over the population of 2022."""

    people = fields.Integer(**_COUNT)
    households = fields.Integer(**_COUNT)
    rate = fields.Float(**_PERCENT)
    population = fields.Integer(allow_none=True)
    suppressed = fields.Boolean()


class ProgressSchema(Schema):
    """The way to 0: only graduation is progress. Who was removed was found not to be extremely poor, or not there."""

    start = fields.Integer(
        allow_none=True,
        metadata={
            "description": "people ever on the list: on it now, graduated or removed; it grows as households are"
            " registered, and no decision moves it; null where suppressed"
        },
    )
    graduated = fields.Integer(
        allow_none=True, metadata={"description": "households that left extreme poverty"}
    )
    graduated_people = fields.Integer(**_COUNT)
    removed = fields.Integer(
        allow_none=True,
        metadata={"description": "households taken off the list by a decision after a visit; no progress"},
    )
    removed_people = fields.Integer(**_COUNT)
    share = fields.Float(
        allow_none=True,
        metadata={
            "description": "percent: graduated people over them and those on the list now; null: suppressed or nobody"
        },
    )
    suppressed = fields.Boolean()


class FunnelSchema(Schema):
    """Households at each stage."""

    registered = fields.Integer(**_COUNT)
    verified = fields.Integer(**_COUNT)
    matched = fields.Integer(**_COUNT)
    delivered = fields.Integer(**_COUNT)
    graduated = fields.Integer(**_COUNT)
    suppressed = fields.Boolean()


class NeedsSchema(Schema):
    """Needs wholly promised, wholly delivered; `open`: short, of households that a pledge may reach now."""

    open = fields.Integer(**_COUNT)
    covered = fields.Integer(**_COUNT)
    delivered = fields.Integer(**_COUNT)
    suppressed = fields.Boolean()


class FundingSchema(Schema):
    """Whole rupiah at each stage. A rupiah may stand in several of them: never add them up."""

    pledged = fields.Integer(**_COUNT)
    reserved = fields.Integer(**_COUNT)
    contributed = fields.Integer(**_COUNT)
    delivered = fields.Integer(**_COUNT)
    suppressed = fields.Boolean()


class FiguresSchema(Schema):
    """What is counted of an area."""

    area = fields.String()
    name = fields.String()
    headline = fields.Nested(HeadlineSchema)
    progress = fields.Nested(ProgressSchema)
    funnel = fields.Nested(FunnelSchema)
    needs = fields.Nested(NeedsSchema)
    funding = fields.Nested(FundingSchema)


class SummarySchema(FiguresSchema):
    """How far an area is from 0 %."""

    object = fields.String()
    as_of = fields.AwareDateTime(
        allow_none=True, metadata={"description": "time of the newest event counted"}
    )
    position = fields.Integer(metadata={"description": "grows with every change"})
    synthetic = fields.Boolean(metadata={"description": "true where no real household is behind the figures"})
    target = fields.Nested(TargetSchema)


class CoverageSchema(Schema):
    """In percent: needs that are covered or delivered; households that have been matched."""

    needs = fields.Float(**_PERCENT)
    households = fields.Float(**_PERCENT)


class DaysSchema(Schema):
    """Days; null for fewer than ten households."""

    median = fields.Integer(allow_none=True)
    p90 = fields.Integer(allow_none=True)


class WaitingSchema(DaysSchema):
    """Days from the first verification to the first delivery."""

    still_waiting = fields.Nested(DaysSchema)


class ChildSchema(FiguresSchema):
    """An area inside the one asked for."""

    coverage = fields.Nested(CoverageSchema)
    waiting_days = fields.Nested(WaitingSchema)


class AreaSchema(SummarySchema):
    """An area with what lies inside it."""

    parent = fields.String(allow_none=True)
    coverage = fields.Nested(CoverageSchema)
    waiting_days = fields.Nested(WaitingSchema)
    children = fields.List(fields.Nested(ChildSchema))

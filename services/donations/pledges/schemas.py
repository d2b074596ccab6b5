"""Pledges over HTTP."""

from collections.abc import Iterable
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.donations.pledges.domain import find_faults
from shared import clock
from shared.errors import Fault
from shared.http.fields import AreaCode, Flag, Quantity, Text, Word
from shared.http.lists import PageQuery
from shared.vocabulary import (
    ATTRIBUTES,
    FUNDS,
    NEED_CATEGORIES,
    PLEDGE_STATUSES,
    RESOURCE_KINDS,
    STRATEGIES,
)

# More areas than a regency has villages are a mistake.
_MOST_AREAS = 400


class ResourceSchema(Schema):
    """What is pledged; goods and services name an item of the catalogue and its unit."""

    kind = Word(RESOURCE_KINDS, required=True)
    item = Text(longest=64, allow_none=True)
    unit = Text(longest=32, allow_none=True)


class RestrictionsSchema(Schema):
    """Who may receive. An empty list is no restriction; several attributes mean any of them."""

    areas = fields.List(AreaCode(), validate=validate.Length(max=_MOST_AREAS))
    categories = fields.List(Word(NEED_CATEGORIES), validate=validate.Length(max=50))
    attributes = fields.List(Word(ATTRIBUTES), validate=validate.Length(max=50))
    max_decile = fields.Integer(strict=True, allow_none=True, validate=validate.Range(1, 10))
    cap_per_household = Quantity(allow_none=True)
    minimum_grant = Quantity(allow_none=True)


class _PledgeRules(Schema):
    """Applies the rules of a promise to whatever fields hold, so that every fault shows at once."""

    @validates_schema(skip_on_field_errors=False)
    def apply_rules(self, given: dict[str, Any], **_options: Any) -> None:
        """Refuse what breaks a rule."""
        faults = find_faults(given, clock.today())
        if faults:
            raise ValidationError(_by_place(faults))


class NewPledgeSchema(_PledgeRules):
    """A promise."""

    resource = fields.Nested(ResourceSchema, required=True)
    quantity = Quantity(required=True)
    fund = Word(FUNDS, required=True)
    zakat = Flag()
    strategy = Word(STRATEGIES, required=True)
    restrictions = fields.Nested(RestrictionsSchema)
    opens_on = fields.Date()
    expires_on = fields.Date(allow_none=True)
    reference = Text(longest=200, allow_none=True)


class PledgeChangesSchema(_PledgeRules):
    """What may be changed of a promise. `restrictions` replaces all of them."""

    quantity = Quantity()
    restrictions = fields.Nested(RestrictionsSchema)
    expires_on = fields.Date(allow_none=True)


class BalanceSchema(Schema):
    """The columns of a pledge; they are never added up.

    `in_hand` is the part of `contributed` that is set aside for nobody: the next reservations use it
    first, and once the pledge has ended it is to be returned or reassigned.
    """

    pledged = fields.Integer()
    reserved = fields.Integer()
    contributed = fields.Integer()
    in_hand = fields.Integer()
    delivered = fields.Integer()
    free = fields.Integer()


class PledgeSchema(Schema):
    """A pledge."""

    object = fields.Constant("pledge")
    id = fields.UUID()
    created_at = fields.AwareDateTime()
    stakeholder = fields.UUID(attribute="stakeholder_id")
    resource = fields.Nested(ResourceSchema)
    quantity = fields.Integer()
    fund = Word(FUNDS)
    zakat = fields.Boolean()
    strategy = Word(STRATEGIES)
    restrictions = fields.Nested(RestrictionsSchema)
    opens_on = fields.Date()
    expires_on = fields.Date(allow_none=True)
    reference = fields.String(allow_none=True)
    status = Word(PLEDGE_STATUSES)
    balance = fields.Nested(BalanceSchema)


class PledgeQuery(PageQuery):
    """Which pledges to list."""

    status = Word(PLEDGE_STATUSES, load_default=None)
    stakeholder = fields.UUID(load_default=None)
    reference = Text(longest=200, load_default=None)


class CatalogueItemSchema(Schema):
    """A line of the catalogue. `reference_price` is whole rupiah a unit."""

    object = fields.Constant("catalogue_item")
    id = fields.String(attribute="item", dump_only=True)
    created_at = fields.AwareDateTime()
    item = fields.String()
    kind = Word(RESOURCE_KINDS)
    unit = fields.String()
    category = Word(NEED_CATEGORIES)
    reference_price = fields.Integer()
    name_id = fields.String()
    name_en = fields.String()


def _by_place(faults: Iterable[Fault]) -> dict[str, Any]:
    """Turn pointers into marshmallow's nested messages."""
    messages: dict[str, Any] = {}
    for fault in faults:
        *parents, last = fault.pointer.strip("/").split("/")
        place = messages
        for parent in parents:
            place = place.setdefault(parent, {})
        place.setdefault(last, []).append(fault.detail)
    return messages

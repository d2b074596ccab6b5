"""Allocations over HTTP, as a donor sees them: without the household."""

from typing import Any

from flask_babel import gettext
from marshmallow import Schema, fields, post_dump

from services.donations.fulfilment.domain import STANDINGS
from services.donations.fulfilment.models import Allocation
from shared.http.fields import Word
from shared.http.lists import PageQuery
from shared.vocabulary import ALLOCATION_STATUSES, NEED_CATEGORIES
from shared.web.language import asked_language
from shared.web.sentences import say_place, say_rules


class ReasonsSchema(Schema):
    """Why a need was matched, as far as a donor is told.

    At place `rank` of the `of` needs that could be matched then, both null where they were few; `tier` of the policy;
    `admitted_by` what the pledge asks for and the household or need meets; `alternatives` the other pledges that could
    have met it. `words` say it in the language that is asked for (Accept-Language: id or en).
    """

    rank = fields.Integer(allow_none=True)
    of = fields.Integer(allow_none=True)
    tier = fields.Integer(allow_none=True)
    decile = fields.Integer()
    urgency = fields.Integer()
    admitted_by = fields.List(fields.String())
    alternatives = fields.Integer()
    policy_version = fields.Integer()
    words = fields.List(fields.String())


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
    reasons = fields.Nested(ReasonsSchema, attribute="told_reasons")
    policy_version = fields.Integer(allow_none=True)

    @post_dump(pass_original=True)
    def _in_words(self, body: dict[str, Any], allocation: Allocation, **_: Any) -> dict[str, Any]:
        with asked_language():
            words = say_reasons(allocation)
        return body | {"reasons": body["reasons"] | {"words": words}}


class AllocationQuery(PageQuery):
    """Which allocations to list."""

    pledge = fields.UUID(load_default=None)
    status = Word(ALLOCATION_STATUSES, load_default=None)


def say_reasons(allocation: Allocation) -> list[str]:
    """Return why a need was matched, as a donor is told, in sentences of the reader's language."""
    reasons = allocation.told_reasons
    standing = gettext(
        "Its household is in decile %(decile)s; the urgency is %(urgency)s of 5.",
        decile=reasons["decile"],
        urgency=reasons["urgency"],
    )
    said = [say_place(reasons["rank"], reasons["of"], allocation.item), str(standing)]
    if allocation.is_by_village:
        said.append(
            str(gettext("Within its tier, villages that had been given the smallest share came first."))
        )
    return said + say_rules(reasons)

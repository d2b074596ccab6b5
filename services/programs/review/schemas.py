"""The shapes of allocations over HTTP, and their reasons in words."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, ngettext
from marshmallow import Schema, fields

from services.programs.matching.models import Allocation
from shared.http.fields import Text, Word
from shared.http.lists import PageQuery
from shared.vocabulary import ALLOCATION_STATUSES
from shared.web.words import word


class AllocationQuery(PageQuery):
    """The filters of the list."""

    need = fields.UUID(load_default=None)
    pledge = fields.UUID(load_default=None)
    status = Word(ALLOCATION_STATUSES, load_default=None)


class ReasonSchema(Schema):
    """Why a person stops or refuses it."""

    reason = Text(longest=500, required=True)


class ApprovalSchema(Schema):
    """Why a person approves it; it may be left unsaid."""

    reason = Text(longest=500, load_default=None)


class ReasonsSchema(Schema):
    """Why this pledge met this need, in data and in words."""

    rank = fields.Integer()
    of = fields.Integer()
    decile = fields.Integer()
    score = fields.Integer()
    urgency = fields.Integer()
    admitted_by = fields.List(fields.String())
    alternatives = fields.Integer()
    policy_version = fields.Integer()
    words = fields.List(fields.String())


class AllocationSchema(Schema):
    """A quantity of one pledge set aside for one need."""

    object = fields.Constant("allocation")
    id = fields.UUID()
    pledge = fields.UUID()
    need = fields.UUID()
    household = fields.UUID()
    desa = fields.String()
    category = fields.String()
    quantity = fields.Integer()
    unit = fields.String()
    item = fields.String(allow_none=True)
    value_idr = fields.Integer()
    contributed = fields.Integer()
    delivered = fields.Integer()
    status = fields.String(
        metadata={
            "enum": list(ALLOCATION_STATUSES),
            "description": "How far all that is kept of it has come; what was given back is not kept.",
        }
    )
    awaits_approval = fields.Boolean()
    approvals = fields.Integer()
    approvals_needed = fields.Integer()
    told_at = fields.DateTime(allow_none=True)
    ended_reason = fields.String(allow_none=True)
    reasons = fields.Nested(ReasonsSchema)
    policy_version = fields.Integer()
    created_at = fields.DateTime()


def render_allocation(allocation: Allocation) -> dict[str, Any]:
    """Return an allocation, loaded with its need, as `AllocationSchema` shows it."""
    need = allocation.need
    return {
        "id": allocation.id,
        "pledge": allocation.pledge_id,
        "need": allocation.need_id,
        "household": allocation.household_id,
        "desa": allocation.desa,
        "category": need.category,
        "quantity": allocation.quantity,
        "unit": need.unit,
        "item": need.item,
        "value_idr": allocation.value_idr,
        "contributed": allocation.contributed,
        "delivered": allocation.delivered,
        "status": allocation.status,
        "awaits_approval": allocation.is_live and allocation.awaits_approval,
        "approvals": allocation.approvals,
        "approvals_needed": allocation.approvals_needed,
        "told_at": allocation.told_at,
        "ended_reason": allocation.ended_reason,
        "reasons": allocation.reasons | {"words": explain(allocation.reasons)},
        "policy_version": allocation.policy_version,
        "created_at": allocation.created_at,
    }


def explain(reasons: Mapping[str, Any]) -> list[str]:
    """Return why, in sentences of the reader's language."""
    return [
        gettext(
            "The need stands at place %(rank)s of %(of)s open needs of its kind.",
            rank=reasons["rank"],
            of=reasons["of"],
        ),
        gettext(
            "The household is in decile %(decile)s, with a vulnerability score of %(score)s of 1000;"
            " the urgency is %(urgency)s of 5.",
            decile=reasons["decile"],
            score=reasons["score"],
            urgency=reasons["urgency"],
        ),
        gettext(
            "What the donor asks for is met: %(rules)s.", rules=", ".join(_rules(reasons["admitted_by"]))
        ),
        _others(reasons["alternatives"]),
        gettext("Decided under version %(version)s of the policy.", version=reasons["policy_version"]),
    ]


def _others(number: int) -> str:
    if number == 0:
        return str(gettext("When it was matched, no other pledge could have met it."))
    return str(
        ngettext(
            "When it was matched, %(num)s other pledge could have met it.",
            "When it was matched, %(num)s other pledges could have met it.",
            number,
        )
    )


def _rules(codes: list[str]) -> list[str]:
    named = {
        "open_to_all": gettext("the pledge is open to all"),
        "zakat": gettext("the household may receive zakat"),
        "area": gettext("the area"),
        "category": gettext("the category of the need"),
        "max_decile": gettext("the welfare decile"),
    }
    return [named.get(code) or word(code.removeprefix("attribute_"), "attribute") for code in codes]

"""The shapes of allocations over HTTP, and their reasons and their course in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import LazyString, gettext, ngettext
from flask_babel import lazy_gettext as _
from marshmallow import Schema, fields

from services.programs.alternatives.schemas import AlternativesSchema
from services.programs.matching.models import Allocation, AllocationEntry
from shared.http.fields import Text, Word
from shared.http.lists import PageQuery
from shared.vocabulary import ALLOCATION_STATUSES
from shared.web.formats import day, percent, quantity, whole
from shared.web.sentences import say_place, say_rules

# What happened, and its tone.
_MOMENTS: dict[str, tuple[LazyString, str]] = {
    "proposed": (_("Proposed by the match"), "info"),
    "approved": (_("Approved by an officer"), "good"),
    "held": (_("Held by an officer"), "wait"),
    "vetoed": (_("Vetoed by an officer"), "stop"),
    "reserved": (_("Set aside from the pledge: %(amount)s"), "info"),
    "refused": (_("Refused by the pledge: %(amount)s"), "stop"),
    "paid": (_("Paid by the donor: %(amount)s"), "good"),
    "told": (_("The household was told"), "info"),
    "stopped": (_("Stopped"), "wait"),
    "resumed": (_("The household was released, and it goes on"), "good"),
    "delivered": (_("Handed over: %(amount)s"), "good"),
    "failed": (_("Could not be handed over: %(amount)s"), "stop"),
    "cancelled": (_("Ended: %(amount)s may go to another need"), "stop"),
    "released": (_("Back with the pledge: %(amount)s"), "stop"),
    "returned": (_("What was paid is with the pledge again: %(amount)s"), "info"),
}

_CAUSES: dict[str, LazyString] = {
    "household_held": _("The household was put on hold."),
    "household_rejected": _("The household was found not eligible."),
    "household_lapsed": _("The verification of the household lapsed."),
    "household_graduated": _("The household graduated."),
    "need_closed": _("The need was closed."),
    "no_longer_admitted": _("The pledge's rules no longer admit it."),
    "rerouted": _("Another pledge covers it instead."),
    "household_limit": _("The policy limits what its household gets in all."),
    "displaced": _("It went to where the need is greater, or the pledge became smaller."),
    "incomplete": _("The rest of what it was a part of was not found."),
    "withdrawn": _("The donor withdrew the pledge before it was paid."),
    "expired": _("The pledge expired before it was paid."),
    "insufficient": _("Not enough of the pledge was left."),
    "not_open": _("The pledge was not open."),
    "restricted": _("The pledge's rules do not admit it."),
    "suspended": _("The organisation was suspended."),
    "stale": _("The pledge's rules had just been changed."),
    "over_cap": _("The household had reached the pledge's limit."),
    "wrong_unit": _("The pledge is in another unit."),
    "unknown_pledge": _("The pledge is not known any more."),
}


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
    of = fields.Integer(
        metadata={
            "description": "How many needs of its market could be matched, covered by something or not."
        }
    )
    decile = fields.Integer()
    score = fields.Integer()
    urgency = fields.Integer()
    admitted_by = fields.List(fields.String())
    alternatives = fields.Integer()
    policy_version = fields.Integer()
    tier = fields.Integer(metadata={"description": "Absent in matches from before there were tiers."})
    waited_days = fields.Integer()
    village_share = fields.Integer(
        allow_none=True,
        metadata={
            "description": "How much of what its village needs was paid for, in thousandths, where that counts."
        },
    )
    words = fields.List(fields.String())


class EntrySchema(Schema):
    """A line of the log: what was decided or came of it, who did it (`system`: no person here), and why."""

    at = fields.DateTime()
    step = fields.String()
    quantity = fields.Integer()
    by = fields.String()
    reason = fields.String(allow_none=True)
    paid_on = fields.Date(allow_none=True)


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
    score_parts = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        metadata={"description": "The points of the household's score as it is now; of one allocation only."},
    )
    log = fields.List(
        fields.Nested(EntrySchema), metadata={"description": "All that became of it; of one allocation only."}
    )
    alternatives = fields.Nested(
        AlternativesSchema,
        metadata={
            "description": "What could give something today in its place; of one allocation, to officers."
        },
    )
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
        "reasons": allocation.reasons | {"words": explain(allocation)},
        "policy_version": allocation.policy_version,
        "created_at": allocation.created_at,
    }


def explain(allocation: Allocation) -> list[str]:
    """Return why an allocation, loaded with its need, was made: in sentences of the reader's language."""
    reasons = allocation.reasons
    return [
        say_place(reasons["rank"], reasons["of"], allocation.need.item),
        gettext(
            "The household is in decile %(decile)s, with a vulnerability score of %(score)s of %(most)s;"
            " the urgency is %(urgency)s of 5.",
            decile=reasons["decile"],
            score=whole(reasons["score"]),
            most=whole(1000),
            urgency=reasons["urgency"],
        ),
        *_standing(reasons),
        *say_rules(reasons),
    ]


def _standing(reasons: Mapping[str, Any]) -> list[str]:
    """Return what else the order of needs looked at; nothing of matches from before that was kept."""
    if reasons.get("tier") is None:
        return []
    said = [
        ngettext(
            "It is in tier %(tier)s of the policy, and had waited %(num)s day.",
            "It is in tier %(tier)s of the policy, and had waited %(num)s days.",
            reasons["waited_days"],
            tier=reasons["tier"],
        )
    ]
    if reasons.get("village_share") is not None:
        said.append(
            gettext(
                "Of what its village needs %(share)s was paid for that morning; the smallest share goes first.",
                share=percent(reasons["village_share"] / 1000),
            )
        )
    return said


def course(match: Allocation, entries: Iterable[AllocationEntry]) -> list[dict[str, Any]]:
    """Return what happened to a match, loaded with its need, as a timeline shows it: the first first."""
    moments = []
    for entry in entries:
        if entry.step in _MOMENTS:
            title, tone = _MOMENTS[entry.step]
            amount = quantity(entry.quantity, match.need.unit, match.need.item)
            said = {"title": str(title) % {"amount": amount}, "tone": tone, "text": _cause(entry)}
            moments.append({"at": entry.at, "by": entry.by} | said)
    return moments


def _cause(step: AllocationEntry) -> str | None:
    """Return the day of a payment, or why a step was made: in words, or as the TKSK wrote it."""
    if step.paid_on is not None:
        return str(gettext("On %(day)s.", day=day(step.paid_on)))
    return None if step.reason is None else str(_CAUSES.get(step.reason, step.reason))

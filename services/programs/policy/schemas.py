"""The shapes of the policy over HTTP."""

from dataclasses import fields as fields_of
from datetime import datetime
from typing import Any

from marshmallow import Schema, fields, validate

from services.programs.policy.domain import DISPLACED_UNTIL, ORDER_KEYS, REROUTED_UNTIL, Rules
from services.programs.policy.models import PolicyDraft, PolicyVersion
from shared.http.fields import Flag, Quantity, Word

_THRESHOLD = (
    "A match waits for the word of {people} where its household would otherwise get so much without it:"
    " all that was allocated to it since it was verified counts, delivered or not, for whichever need."
)
_SAID = {
    "tiers": (
        "The highest decile of each tier but the last, which everyone else is in. Tiers are met one after the other."
    ),
    "fair_between_villages": (
        "Within a tier, the village goes first of which the smallest share of what its verified households"
        " need was paid for as the day began."
    ),
    "order": "What needs are put in order by, within a tier and, where it is to be fair, a village.",
    "rerouted_until": "From which step on no other pledge takes the place of this one.",
    "displaced_until": "From which step on no need that stands higher takes anything from this one.",
    "household_cap_idr": (
        "The most that the match gives to a household in all since it was verified, at reference prices; null for no"
        " limit. What it was told of it keeps."
    ),
    "cash_after_days": "After how many days what is open of a need in goods moves into rupiah; null for never.",
}


def _say(name: str) -> dict[str, str]:
    return {"description": _SAID[name]}


class NewPolicySchema(Schema):
    """What a planner drafts. Amounts are whole rupiah."""

    tiers = fields.List(
        fields.Integer(strict=True), required=True, validate=validate.Length(max=9), metadata=_say("tiers")
    )
    fair_between_villages = Flag(required=True, metadata=_say("fair_between_villages"))
    order = fields.List(
        Word(ORDER_KEYS), required=True, validate=validate.Length(max=len(ORDER_KEYS)), metadata=_say("order")
    )
    rerouted_until = Word(REROUTED_UNTIL, required=True, metadata=_say("rerouted_until"))
    displaced_until = Word(DISPLACED_UNTIL, required=True, metadata=_say("displaced_until"))
    approval_threshold_idr = Quantity(
        smallest=0, required=True, metadata={"description": _THRESHOLD.format(people="one person")}
    )
    second_person_threshold_idr = Quantity(
        smallest=0, required=True, metadata={"description": _THRESHOLD.format(people="two different people")}
    )
    household_cap_idr = Quantity(required=True, allow_none=True, metadata=_say("household_cap_idr"))
    cash_after_days = fields.Integer(
        strict=True,
        allow_none=True,
        load_default=None,
        validate=validate.Range(1, 3650),
        metadata=_say("cash_after_days"),
    )


class _StatedSchema(Schema):
    tiers = fields.List(fields.Integer())
    fair_between_villages = fields.Boolean()
    order = fields.List(fields.String())
    rerouted_until = fields.String()
    displaced_until = fields.String()
    approval_threshold_idr = fields.Integer()
    second_person_threshold_idr = fields.Integer()
    household_cap_idr = fields.Integer(allow_none=True)
    cash_after_days = fields.Integer(allow_none=True)
    drafted_by = fields.String()


class PolicySchema(_StatedSchema):
    """One version of the policy."""

    object = fields.Constant("policy")
    id = fields.String()
    version = fields.Integer()
    adopted_by = fields.String()
    created_at = fields.DateTime(attribute="adopted_at")


class EffectFiguresSchema(Schema):
    """How many needs gain and lose, and how much, in whole rupiah at reference prices."""

    needs = fields.Integer()
    gaining = fields.Integer()
    losing = fields.Integer()
    value_idr = fields.Integer()
    covered_before_idr = fields.Integer()
    covered_after_idr = fields.Integer()
    gained_idr = fields.Integer()
    lost_idr = fields.Integer()


class TierEffectSchema(EffectFiguresSchema):
    """What a draft would change for a tier of its own."""

    tier = fields.Integer()


class AreaEffectSchema(EffectFiguresSchema):
    """What a draft would change for a sub-district."""

    area = fields.String()


class EffectSchema(Schema):
    """What a draft would change of what the match gives, as needs and pledges stood at `as_of`.

    Of each need it counts what the match may give to it: what is paid, held or approved stays as it is. Not `at_rest`
    it is near, and not exact: what the limit of households leaves to their needs was not worked out to the end.
    """

    as_of = fields.DateTime()
    at_rest = fields.Boolean()
    total = fields.Nested(EffectFiguresSchema)
    tiers = fields.List(fields.Nested(TierEffectSchema))
    areas = fields.List(fields.Nested(AreaEffectSchema))


class PolicyDraftSchema(_StatedSchema):
    """The draft of the next version. `effect` is null until it is worked out what it would change."""

    object = fields.Constant("policy_draft")
    id = fields.String()
    based_on = fields.Integer()
    effect = fields.Nested(EffectSchema, allow_none=True)
    created_at = fields.DateTime(attribute="drafted_at")


def rules_of(body: dict[str, Any]) -> Rules:
    """Return what a planner stated, as rules."""
    return Rules(**body | {"tiers": tuple(body["tiers"]), "order": tuple(body["order"])})


def render_policy(policy: PolicyVersion) -> dict[str, object]:
    """Return a version as `PolicySchema` shows it."""
    return _stated(policy) | {
        "id": f"policy-{policy.version}",
        "version": policy.version,
        "adopted_by": policy.adopted_by,
        "adopted_at": policy.adopted_at,
    }


def render_draft(draft: PolicyDraft) -> dict[str, object]:
    """Return a draft as `PolicyDraftSchema` shows it."""
    return _stated(draft) | {
        "id": f"draft-{draft.number}",
        "based_on": draft.based_on,
        "effect": draft.effect and draft.effect | {"as_of": datetime.fromisoformat(draft.effect["as_of"])},
        "drafted_at": draft.drafted_at,
    }


def _stated(policy: PolicyVersion | PolicyDraft) -> dict[str, object]:
    return {name: getattr(policy, name) for name in (*(each.name for each in fields_of(Rules)), "drafted_by")}

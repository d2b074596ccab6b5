"""The shapes of the policy over HTTP."""

from marshmallow import Schema, fields, validate

from services.programs.policy.domain import ORDER_KEYS
from services.programs.policy.models import PolicyVersion
from shared.http.fields import Quantity, Word

_THRESHOLD = (
    "A match waits for the word of {people} where its household would otherwise get so much without it:"
    " all that was allocated to it since it was verified counts, delivered or not, for whichever need."
)


class NewPolicySchema(Schema):
    """What a planner decides. Amounts are whole rupiah."""

    order = fields.List(Word(ORDER_KEYS), required=True, validate=validate.Length(max=len(ORDER_KEYS)))
    approval_threshold_idr = Quantity(
        smallest=0, required=True, metadata={"description": _THRESHOLD.format(people="one person")}
    )
    second_person_threshold_idr = Quantity(
        smallest=0, required=True, metadata={"description": _THRESHOLD.format(people="two different people")}
    )
    cash_after_days = fields.Integer(
        strict=True, allow_none=True, load_default=None, validate=validate.Range(1, 3650)
    )


class PolicySchema(Schema):
    """One version of the policy."""

    object = fields.Constant("policy")
    id = fields.String()
    version = fields.Integer()
    order = fields.List(fields.String())
    approval_threshold_idr = fields.Integer()
    second_person_threshold_idr = fields.Integer()
    cash_after_days = fields.Integer(allow_none=True)
    adopted_by = fields.String()
    created_at = fields.DateTime(attribute="adopted_at")


def render_policy(policy: PolicyVersion) -> dict[str, object]:
    """Return a version as `PolicySchema` shows it."""
    return {
        "id": f"policy-{policy.version}",
        "version": policy.version,
        "order": policy.order,
        "approval_threshold_idr": policy.approval_threshold_idr,
        "second_person_threshold_idr": policy.second_person_threshold_idr,
        "cash_after_days": policy.cash_after_days,
        "adopted_by": policy.adopted_by,
        "adopted_at": policy.adopted_at,
    }

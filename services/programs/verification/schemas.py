"""The shapes of decisions and holds over HTTP."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from services.programs.verification.domain import DECISIONS, HOLD_CODES, REJECT_CODES
from shared.http.fields import Text, Word


class DecisionSchema(Schema):
    """A decision. `reason` is free text or a code; `valid_until` is a year from now unless said."""

    decision = Word(DECISIONS, required=True)
    reason = Text(
        longest=1000,
        # Called, so that the document names no default: an empty reason can be left out and not sent.
        load_default=str,
        metadata={"description": f"Free text, or one of the codes {', '.join(REJECT_CODES)}."},
    )
    valid_until = fields.Date(load_default=None, allow_none=True)

    @validates_schema
    def _has_a_reason(self, data: dict[str, Any], **_options: Any) -> None:
        if data["decision"] == "reject" and not data["reason"]:
            raise ValidationError("A rejection needs a reason.", "reason")


class HoldSchema(Schema):
    """Why a household is held."""

    reason = Text(
        longest=1000,
        required=True,
        metadata={"description": f"Free text, or one of the codes {', '.join(HOLD_CODES)}."},
    )


class ReleaseSchema(Schema):
    """Why a hold is lifted."""

    reason = Text(longest=1000, load_default=None, allow_none=True)

"""The shapes of deliveries over HTTP."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from services.programs.delivery.models import Delivery
from shared.http.fields import Quantity, Text, Word
from shared.vocabulary import DELIVERY_OUTCOMES


class NewDeliverySchema(Schema):
    """What was handed over at the door, or why it could not be."""

    allocation = fields.UUID(required=True)
    client_id = Text(longest=64, required=True)
    quantity = Quantity(required=True)
    handed_over_at = fields.AwareDateTime(required=True)
    outcome = Word(DELIVERY_OUTCOMES, required=True)
    reason = Text(longest=500, load_default=None, allow_none=True)

    @validates_schema
    def _explain_failure(self, body: dict[str, Any], **_: Any) -> None:
        if body["outcome"] == "failed" and body["reason"] is None:
            raise ValidationError("Say why it could not be handed over.", "reason")


class DeliverySchema(Schema):
    """One handing over of an allocation."""

    object = fields.Constant("delivery")
    id = fields.UUID()
    allocation = fields.UUID()
    client_id = fields.String()
    quantity = fields.Integer()
    outcome = fields.String()
    reason = fields.String(allow_none=True)
    handed_over_at = fields.DateTime()
    created_at = fields.DateTime()


def render_delivery(delivery: Delivery) -> dict[str, Any]:
    """Return a delivery as `DeliverySchema` shows it."""
    return {
        "id": delivery.id,
        "allocation": delivery.allocation_id,
        "client_id": delivery.client_id,
        "quantity": delivery.quantity,
        "outcome": delivery.outcome,
        "reason": delivery.reason,
        "handed_over_at": delivery.handed_over_at,
        "created_at": delivery.created_at,
    }

"""`/v1/deliveries`: the TKSK's word that something arrived."""

from typing import Any

from services.programs.delivery.operations import HandingOver, record_delivery
from services.programs.delivery.schemas import DeliverySchema, NewDeliverySchema, render_delivery
from shared.auth import access
from shared.auth.principal import current_principal
from shared.http.idempotency import idempotent
from shared.http.resources import Blueprint

blueprint = Blueprint("deliveries", __name__, url_prefix="/v1/deliveries", description="Deliveries.")


@blueprint.route("", methods=["POST"])
@access.only("tksk")
@idempotent
@blueprint.arguments(NewDeliverySchema)
@blueprint.response(201, DeliverySchema)
def create_delivery(body: dict[str, Any]) -> dict[str, Any]:
    """Record what was handed over at the door, or that it could not be."""
    return render_delivery(record_delivery(HandingOver(**body), by=current_principal().id))

"""`/v1/deliveries`: the TKSK's word that something arrived."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from services.programs.database import db
from services.programs.delivery.operations import HandingOver, record_delivery
from services.programs.delivery.queries import find_delivery
from services.programs.delivery.schemas import DeliverySchema, NewDeliverySchema, render_delivery
from shared.auth import access
from shared.auth.principal import OFFICERS, current_principal
from shared.http.idempotency import idempotent
from shared.http.resources import Blueprint, created

blueprint = Blueprint("deliveries", __name__, url_prefix="/v1/deliveries", description="Deliveries.")


@blueprint.route("", methods=["POST"])
@access.only("tksk")
@idempotent
@blueprint.arguments(NewDeliverySchema)
@blueprint.response(201, DeliverySchema)
@blueprint.may_refuse(HTTPStatus.NOT_FOUND)
def create_delivery(body: dict[str, Any]) -> Any:
    """Record what was handed over at the door, or that it could not be."""
    delivery = record_delivery(HandingOver(**body), by=current_principal().id)
    return created(render_delivery(delivery), f"/v1/deliveries/{delivery.id}")


@blueprint.route("/<uuid:delivery>", methods=["GET"])
@access.only("tksk", *OFFICERS)
@blueprint.response(200, DeliverySchema)
def get_delivery(delivery: UUID) -> dict[str, Any]:
    """Return one delivery of the caller's area."""
    return render_delivery(find_delivery(db.session, delivery))

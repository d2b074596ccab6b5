"""Decisions and holds over HTTP."""

from typing import Any
from uuid import UUID

from services.programs.registry.api import render_line
from services.programs.registry.schemas import HouseholdLineSchema
from services.programs.verification import operations
from services.programs.verification.domain import Ruling
from services.programs.verification.schemas import DecisionSchema, HoldSchema, ReleaseSchema
from shared.auth import access
from shared.auth.principal import current_principal
from shared.http.idempotency import idempotent
from shared.http.resources import Blueprint

blueprint = Blueprint(
    "verification",
    __name__,
    url_prefix="/v1/households",
    description="Decisions about households, and holds.",
)


@blueprint.route("/<uuid:household>/decision", methods=["POST"])
@access.only("approver")
@idempotent
@blueprint.arguments(DecisionSchema)
@blueprint.response(200, HouseholdLineSchema)
def decide(body: dict[str, Any], household: UUID) -> Any:
    """Decide what the last visit means; never by who visited, registered or recorded a need of it."""
    return render_line(operations.decide(household, Ruling(**body), by=current_principal().id))


@blueprint.route("/<uuid:household>/hold", methods=["POST"])
@access.only("verifier", "approver")
@idempotent
@blueprint.arguments(HoldSchema)
@blueprint.response(200, HouseholdLineSchema)
def hold(body: dict[str, Any], household: UUID) -> Any:
    """Stop everything automatic for a household."""
    return render_line(operations.hold_household(household, body["reason"], by=current_principal().id))


@blueprint.route("/<uuid:household>/release", methods=["POST"])
@access.only("verifier", "approver")
@idempotent
@blueprint.arguments(ReleaseSchema)
@blueprint.response(200, HouseholdLineSchema)
def release(body: dict[str, Any], household: UUID) -> Any:
    """Lift the hold of a household."""
    return render_line(operations.release_household(household, body["reason"], by=current_principal().id))

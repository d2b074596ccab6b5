"""Which organisations may pledge, as a JSON resource."""

from uuid import UUID

from services.donations.admission import operations
from services.donations.stakeholders.models import Stakeholder
from services.donations.stakeholders.schemas import StakeholderSchema, SuspensionSchema
from shared.auth import access
from shared.http.idempotency import idempotent
from shared.http.resources import Blueprint

admission = Blueprint(
    "admission", __name__, url_prefix="/v1/stakeholders", description="Which organisations may pledge."
)


@admission.route("/<uuid:stakeholder_id>/approve", methods=["POST"])
@access.only("planner", "admin", whole_regency=True)
@idempotent
@admission.response(200, StakeholderSchema)
def approve_stakeholder(stakeholder_id: UUID) -> Stakeholder:
    """Let an organisation pledge."""
    return operations.approve_stakeholder(stakeholder_id)


@admission.route("/<uuid:stakeholder_id>/suspend", methods=["POST"])
@access.only("planner", "admin", whole_regency=True)
@idempotent
@admission.arguments(SuspensionSchema)
@admission.response(200, StakeholderSchema)
def suspend_stakeholder(body: dict[str, str], stakeholder_id: UUID) -> Stakeholder:
    """Let an organisation pledge no more."""
    return operations.suspend_stakeholder(stakeholder_id, body["reason"])

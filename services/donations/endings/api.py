"""Withdrawing a pledge as a JSON resource."""

from typing import Any
from uuid import UUID

from services.donations.endings import operations
from services.donations.pledges.schemas import PledgeSchema
from shared.auth import access
from shared.http.idempotency import idempotent
from shared.http.resources import Blueprint
from shared.http.versions import tagged

withdrawals = Blueprint(
    "withdrawals", __name__, url_prefix="/v1/pledges", description="Taking back what was promised."
)


@withdrawals.route("/<uuid:pledge_id>/withdraw", methods=["POST"])
@access.only("donor", scope="pledges:write")
@idempotent
@withdrawals.response(200, PledgeSchema)
def withdraw_pledge(pledge_id: UUID) -> Any:
    """Take back what is free and what is reserved but unpaid."""
    pledge = operations.withdraw_pledge(pledge_id)
    return pledge, 200, tagged(pledge.version)

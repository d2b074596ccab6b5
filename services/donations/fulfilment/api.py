"""Allocations as JSON resources."""

from typing import Any
from uuid import UUID

from services.donations.database import db
from services.donations.fulfilment import queries
from services.donations.fulfilment.models import Allocation
from services.donations.fulfilment.schemas import AllocationQuery, AllocationSchema
from shared.auth import access
from shared.auth.principal import OFFICERS
from shared.http.lists import listing, page
from shared.http.resources import Blueprint

allocations = Blueprint(
    "allocations", __name__, url_prefix="/v1/allocations", description="What pledges are set aside for."
)


@allocations.route("", methods=["GET"])
@access.only("donor", *OFFICERS, scope="pledges:read")
@allocations.arguments(AllocationQuery, location="query")
@allocations.response(200, listing(AllocationSchema))
def list_allocations(query: dict[str, Any]) -> Any:
    """List allocations."""
    rows = queries.select_allocations(pledge=query["pledge"], status=query["status"])
    return page(db.session, rows, Allocation.arrival, query)


@allocations.route("/<uuid:allocation_id>", methods=["GET"])
@access.only("donor", *OFFICERS, scope="pledges:read")
@allocations.response(200, AllocationSchema)
def show_allocation(allocation_id: UUID) -> Allocation:
    """Show one allocation."""
    return queries.get_allocation(allocation_id)

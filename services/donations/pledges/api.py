"""Pledges as JSON resources, their timelines, and the catalogue of what can be pledged."""

from typing import Any
from uuid import UUID

from flask import request

from services.donations.database import db
from services.donations.pledges import operations, queries
from services.donations.pledges.models import Pledge
from services.donations.pledges.schemas import (
    CatalogueItemSchema,
    NewPledgeSchema,
    PledgeChangesSchema,
    PledgeQuery,
    PledgeSchema,
)
from services.donations.timeline.models import TimelineEntry
from services.donations.timeline.queries import select_timeline
from services.donations.timeline.schemas import TimelineEntrySchema
from shared.auth import access
from shared.auth.principal import OFFICERS, current_principal
from shared.catalogue import ITEMS
from shared.http.idempotency import idempotent
from shared.http.lists import PageQuery, listing, page
from shared.http.resources import Blueprint, created
from shared.http.versions import require_version, tagged, versioned

pledges = Blueprint("pledges", __name__, url_prefix="/v1/pledges", description="What is promised.")
catalogue = Blueprint(
    "catalogue", __name__, url_prefix="/v1/catalogue", description="What can be pledged and needed."
)


@pledges.route("", methods=["POST"])
@access.only("donor", scope="pledges:write")
@idempotent
@pledges.arguments(NewPledgeSchema)
@pledges.response(201, PledgeSchema)
def open_pledge(body: dict[str, Any]) -> Any:
    """Promise cash, goods or a service."""
    pledge = operations.open_pledge(current_principal().stakeholder, body)
    shown, status, headers = created(pledge, f"/v1/pledges/{pledge.id}")
    return shown, status, headers | tagged(pledge.version)


@pledges.route("", methods=["GET"])
@access.only("donor", *OFFICERS, scope="pledges:read")
@pledges.arguments(PledgeQuery, location="query")
@pledges.response(200, listing(PledgeSchema))
def list_pledges(query: dict[str, Any]) -> Any:
    """List pledges."""
    rows = queries.select_pledges(
        status=query["status"], stakeholder=query["stakeholder"], reference=query["reference"]
    )
    return page(db.session, rows, Pledge.id, query)


@pledges.route("/<uuid:pledge_id>", methods=["GET"])
@access.only("donor", *OFFICERS, scope="pledges:read")
@pledges.response(200, PledgeSchema)
def show_pledge(pledge_id: UUID) -> Any:
    """Show one pledge. Its ETag is that of what people can change, not of the balances."""
    return _shown(queries.get_pledge(pledge_id))


@pledges.route("/<uuid:pledge_id>", methods=["PATCH"])
@access.only("donor", scope="pledges:write")
@versioned
@pledges.arguments(PledgeChangesSchema)
@pledges.response(200, PledgeSchema)
def amend_pledge(body: dict[str, Any], pledge_id: UUID) -> Any:
    """Change a pledge, with If-Match; below what is reserved is a 409 that says how much is."""
    pledge = queries.lock_pledge(pledge_id)
    require_version(pledge.version)
    return _shown(operations.amend_pledge(pledge, body))


@pledges.route("/<uuid:pledge_id>/timeline", methods=["GET"])
@access.only("donor", *OFFICERS, scope="pledges:read")
@pledges.arguments(PageQuery, location="query")
@pledges.response(200, listing(TimelineEntrySchema))
def show_timeline(query: dict[str, Any], pledge_id: UUID) -> Any:
    """List what happened to a pledge, in order."""
    queries.get_pledge(pledge_id)
    return page(db.session, select_timeline(pledge_id), TimelineEntry.id, query)


@catalogue.route("", methods=["GET"])
@access.everyone
@catalogue.response(200, listing(CatalogueItemSchema))
def show_catalogue() -> Any:
    """List the goods and services that can be pledged, each with its unit and reference price."""
    return {"object": "list", "data": list(ITEMS.values()), "has_more": False, "url": request.path}


def _shown(pledge: Pledge) -> Any:
    return pledge, 200, tagged(pledge.version)

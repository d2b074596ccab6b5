"""`/v1/allocations`: what is matched with what, why, and what people say to it."""

from typing import Any
from uuid import UUID

from services.programs.alternatives.queries import list_alternatives
from services.programs.alternatives.schemas import render_alternatives
from services.programs.database import db
from services.programs.matching.models import Allocation
from services.programs.review import operations
from services.programs.review.queries import find_allocation, find_score_parts, list_allocations, list_entries
from services.programs.review.schemas import (
    AllocationQuery,
    AllocationSchema,
    ApprovalSchema,
    ReasonSchema,
    render_allocation,
)
from shared.auth import access
from shared.auth.principal import OFFICERS, current_principal
from shared.http.idempotency import idempotent
from shared.http.lists import listing, page
from shared.http.resources import Blueprint
from shared.web.language import asked_language

blueprint = Blueprint("allocations", __name__, url_prefix="/v1/allocations", description="Allocations.")


@blueprint.route("", methods=["GET"])
@access.only("tksk", *OFFICERS)
@blueprint.arguments(AllocationQuery, location="query")
@blueprint.response(200, listing(AllocationSchema))
def get_allocations(query: dict[str, Any]) -> dict[str, Any]:
    """List the allocations of the caller's area, in order of id."""
    rows = list_allocations(need=query["need"], pledge=query["pledge"], status=query["status"])
    with asked_language():
        return page(db.session(), rows, Allocation.id, query, render_allocation)


@blueprint.route("/<uuid:allocation>", methods=["GET"])
@access.only("tksk", *OFFICERS)
@blueprint.response(200, AllocationSchema)
def get_allocation(allocation: UUID) -> dict[str, Any]:
    """Return one allocation, with its reasons in data and in words (Accept-Language: id or en)."""
    return _shown(find_allocation(db.session, allocation))


@blueprint.route("/<uuid:allocation>/approve", methods=["POST"])
@access.only("verifier", "approver")
@idempotent
@blueprint.arguments(ApprovalSchema)
@blueprint.response(200, AllocationSchema)
def approve(body: dict[str, Any], allocation: UUID) -> dict[str, Any]:
    """Approve it, or end a person's hold on it."""
    return _shown(operations.approve(allocation, by=current_principal().id, reason=body["reason"]))


@blueprint.route("/<uuid:allocation>/hold", methods=["POST"])
@access.only("verifier", "approver")
@idempotent
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, AllocationSchema)
def hold(body: dict[str, Any], allocation: UUID) -> dict[str, Any]:
    """Stop it until somebody approves it."""
    return _shown(operations.hold(allocation, body["reason"], by=current_principal().id))


@blueprint.route("/<uuid:allocation>/veto", methods=["POST"])
@access.only("verifier", "approver")
@idempotent
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, AllocationSchema)
def veto(body: dict[str, Any], allocation: UUID) -> dict[str, Any]:
    """Refuse it for ever; the need is matched with another pledge."""
    return _shown(operations.veto(allocation, body["reason"], by=current_principal().id))


@blueprint.route("/<uuid:allocation>/told", methods=["POST"])
@access.only("tksk")
@idempotent
@blueprint.response(200, AllocationSchema)
def told(allocation: UUID) -> dict[str, Any]:
    """Record that the household knows what it will get."""
    return _shown(operations.note_told(allocation))


def _shown(allocation: Allocation) -> dict[str, Any]:
    with asked_language():
        shown = render_allocation(allocation)
        if current_principal().has(*OFFICERS):
            shown["alternatives"] = render_alternatives(list_alternatives(db.session, allocation))
    return shown | {
        "score_parts": find_score_parts(db.session, allocation),
        "log": list_entries(db.session, allocation.id),
    }

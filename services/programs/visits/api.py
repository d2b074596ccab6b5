"""Visits over HTTP."""

from typing import Any
from uuid import UUID

from services.programs.database import db
from services.programs.visits import operations
from services.programs.visits.models import Visit
from services.programs.visits.operations import Result
from services.programs.visits.queries import find_visit, visits
from services.programs.visits.schemas import NewVisitSchema, ResultSchema, VisitQuery, VisitSchema
from shared.auth import access
from shared.auth.principal import OFFICERS, current_principal
from shared.http.idempotency import idempotent
from shared.http.lists import listing, page
from shared.http.resources import Blueprint, created

blueprint = Blueprint("visits", __name__, url_prefix="/v1", description="Visits.")


@blueprint.route("/households/<uuid:household>/visits", methods=["POST"])
@access.only("verifier")
@idempotent
@blueprint.arguments(NewVisitSchema)
@blueprint.response(201, VisitSchema)
def assign_visit(body: dict[str, Any], household: UUID) -> Any:
    """Ask the TKSK of the sub-district to visit a household."""
    visit = operations.assign_visit(household, due_on=body["due_on"], by=current_principal().id)
    return created(visit, f"/v1/visits/{visit.id}")


@blueprint.route("/visits", methods=["GET"])
@access.only("tksk", *OFFICERS)
@blueprint.arguments(VisitQuery, location="query")
@blueprint.response(200, listing(VisitSchema))
def list_visits(query: dict[str, Any]) -> Any:
    """List the visits of the caller's area."""
    filters = {name: query[name] for name in ("status", "area", "household")}
    return page(db.session(), visits(**filters), Visit.id, query)


@blueprint.route("/visits/<uuid:visit>", methods=["GET"])
@access.only("tksk", *OFFICERS)
@blueprint.response(200, VisitSchema)
def get_visit(visit: UUID) -> Any:
    """Return one visit."""
    return find_visit(db.session, visit)


@blueprint.route("/visits/<uuid:visit>/result", methods=["POST"])
@access.only("tksk")
@idempotent
@blueprint.arguments(ResultSchema)
@blueprint.response(200, VisitSchema)
def record_result(body: dict[str, Any], visit: UUID) -> Any:
    """Keep what the visit found; the same `client_id` twice is one."""
    return operations.record_result(visit, Result(**body), by=current_principal().id)

"""`/v1/needs`, and the needs of one household."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from services.programs.alternatives.queries import why_open
from services.programs.alternatives.schemas import say_why_open
from services.programs.as_cash.operations import move_to_cash
from services.programs.casework.operations import close_need
from services.programs.casework.queries import find_cover
from services.programs.database import db
from services.programs.matching.models import Allocation
from services.programs.needs.models import Need
from services.programs.needs.operations import record_needs
from services.programs.needs.queries import find_need, list_needs
from services.programs.needs.schemas import ClosingSchema, NeedQuery, NeedSchema, NewNeedSchema, render_need
from services.programs.policy.queries import current_version
from services.programs.registry.queries import find_household
from services.programs.standing.queries import ranks_of
from shared import clock
from shared.auth import access
from shared.auth.principal import OFFICERS, current_principal
from shared.http.idempotency import idempotent
from shared.http.lists import listing, page
from shared.http.resources import Blueprint, created
from shared.web.language import asked_language

blueprint = Blueprint("needs", __name__, url_prefix="/v1", description="What households lack.")


@blueprint.route("/households/<uuid:household>/needs", methods=["POST"])
@access.only("tksk", "verifier")
@idempotent
@blueprint.arguments(NewNeedSchema)
@blueprint.response(201, NeedSchema)
def create_need(body: dict[str, Any], household: UUID) -> Any:
    """Record a need of a household."""
    (need,) = record_needs(household, [body], by=current_principal().id)
    return created(_shown(need), f"/v1/needs/{need.id}")


@blueprint.route("/needs", methods=["GET"])
@access.only("tksk", *OFFICERS)
@blueprint.arguments(NeedQuery, location="query")
@blueprint.response(200, listing(NeedSchema))
def get_needs(query: dict[str, Any]) -> dict[str, Any]:
    """List the needs of the caller's area, in order of id."""
    filters = {name: query[name] for name in ("status", "area", "category", "household")}
    found = page(db.session(), list_needs(**filters), Need.id, query)
    found["data"] = _with_cover(found["data"])
    return found


@blueprint.route("/needs/<uuid:need>", methods=["GET"])
@access.only("tksk", *OFFICERS)
@blueprint.response(200, NeedSchema)
def get_need(need: UUID) -> dict[str, Any]:
    """Return one need: what covers it, and why something of it is open."""
    return _shown(find_need(db.session, need))


@blueprint.route("/needs/<uuid:need>/close", methods=["POST"])
@access.only("tksk", "verifier")
@idempotent
@blueprint.arguments(ClosingSchema)
@blueprint.response(200, NeedSchema)
def close(body: dict[str, Any], need: UUID) -> dict[str, Any]:
    """Close a need that is met otherwise, or was none."""
    return _shown(close_need(need, body["reason"], by=current_principal().id))


@blueprint.route("/needs/<uuid:need>/as-cash", methods=["POST"])
@access.only("verifier")
@idempotent
@blueprint.response(201, NeedSchema)
def as_cash(need: UUID) -> Any:
    """Move the uncovered part of a need in goods into rupiah at the reference price."""
    moved = move_to_cash(need)
    return created(_shown(moved), f"/v1/needs/{moved.id}")


def _shown(need: Need) -> dict[str, Any]:
    (body,) = _with_cover([need])
    policy, household = current_version(db.session).rules(), find_household(db.session, need.household_id)
    standing = {
        "tier": policy.tier_of(household.decile),
        "decile": household.decile,
        "score": household.score,
        "score_parts": household.score_parts,
        "urgency": need.urgency,
        "waited_days": max(0, (clock.today() - clock.day_of(need.created_at)).days),
        "policy_version": policy.version,
    }
    return body | {"why": _why(need), "standing": standing}


def _why(need: Need) -> dict[str, Any] | None:
    why = why_open(db.session, need)
    if why is None:
        return None
    with asked_language():
        return asdict(why) | {"words": say_why_open(why)}


def _with_cover(needs: Sequence[Need]) -> list[dict[str, Any]]:
    """Return needs with their ranks and allocations, in a statement for each of the two."""
    ids = [need.id for need in needs]
    ranks = ranks_of(db.session, ids, current_version(db.session).rules())
    cover = find_cover(db.session, ids)
    bodies = []
    for need in needs:
        rank, of = ranks.get(need.id, (None, None))
        allocations = [_part(row) for row in cover.get(need.id, ())]
        bodies.append(render_need(need) | {"rank": rank, "of": of, "allocations": allocations})
    return bodies


def _part(row: Allocation) -> dict[str, Any]:
    return {"id": row.id, "pledge": row.pledge_id, "quantity": row.quantity, "status": row.status}

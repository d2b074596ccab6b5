"""Households over HTTP."""

from typing import Any
from uuid import UUID

from flask import current_app

from services.programs.database import db
from services.programs.identity.domain import WARNING_TEXTS
from services.programs.registry import operations
from services.programs.registry.domain import Family, Person
from services.programs.registry.models import Household
from services.programs.registry.queries import Opened, Someone, find_household, households, open_household
from services.programs.registry.schemas import (
    HouseholdLineSchema,
    HouseholdQuery,
    HouseholdSchema,
    NewHouseholdSchema,
)
from services.programs.vault import current_vault
from shared.auth import access
from shared.auth.principal import OFFICERS, current_principal
from shared.http.idempotency import idempotent
from shared.http.lists import listing, page
from shared.http.resources import Blueprint, created

blueprint = Blueprint("households", __name__, url_prefix="/v1/households", description="Households.")


@blueprint.route("", methods=["POST"])
@access.only("verifier", "planner")
@idempotent
@blueprint.arguments(NewHouseholdSchema)
@blueprint.response(201, HouseholdSchema)
def register_household(body: dict[str, Any]) -> Any:
    """Take a household into the registry."""
    household = operations.register_household(
        _family(body), by=current_principal(), synthetic=current_app.config["HELIX"].synthetic
    )
    return created(_read(household), f"/v1/households/{household.id}")


@blueprint.route("", methods=["GET"])
@access.only("tksk", *OFFICERS)
@blueprint.arguments(HouseholdQuery, location="query")
@blueprint.response(200, listing(HouseholdLineSchema))
def list_households(query: dict[str, Any]) -> Any:
    """List the households of the caller's area, without anything that tells who they are."""
    filters = {name: query[name] for name in ("desa", "status", "held", "max_decile")}
    return page(db.session(), households(**filters), Household.id, query, render_line)


@blueprint.route("/<uuid:household>", methods=["GET"])
@access.only("tksk", *OFFICERS)
@blueprint.response(200, HouseholdSchema)
def get_household(household: UUID) -> Any:
    """Return one household. The reading is recorded; numbers are whole for verifiers and TKSK only."""
    found = find_household(db.session, household)
    body = _read(found)
    operations.record_reading(found.id, why="api")
    return body


def _family(body: dict[str, Any]) -> Family:
    return Family(
        kk_number=body["kk_number"],
        address=body["address"],
        desa=body["desa"],
        decile=body["decile"]["value"],
        decile_source=body["decile"]["source"],
        decile_vintage=body["decile"]["vintage"],
        housing={part: word for part, word in body["housing"].items() if word},
        members=[
            Person(**member | {"attributes": tuple(member["attributes"])}) for member in body["members"]
        ],
    )


def _read(household: Household) -> dict[str, Any]:
    caller = current_principal()
    opened = open_household(db.session, current_vault(), household, reveal=caller.has("verifier", "tksk"))
    return render(opened)


def render_line(household: Household) -> dict[str, Any]:
    """Return what a list says of a household."""
    names = HouseholdLineSchema._declared_fields
    line = {name: getattr(household, name) for name in names if name not in {"object", "decile"}}
    return line | {
        "decile": {
            "value": household.decile,
            "source": household.decile_source,
            "vintage": household.decile_vintage,
        }
    }


def render(opened: Opened) -> dict[str, Any]:
    """Return a household as it is read."""
    return render_line(opened.record) | {
        "kk_number": opened.kk_number,
        "address": opened.address,
        "housing": opened.record.housing,
        "score_parts": opened.record.score_parts,
        "members": [_member(member) for member in opened.members],
    }


def _member(someone: Someone) -> dict[str, Any]:
    member = someone.record
    return {
        "id": member.id,
        "nik": someone.nik,
        "name": someone.name,
        "born_on": member.born_on,
        "sex": member.sex,
        "relation": member.relation,
        "attributes": member.attributes,
        "warnings": [{"code": code, "detail": WARNING_TEXTS[code]} for code in member.warnings],
    }

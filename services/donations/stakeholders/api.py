"""Organisations and keys as JSON resources."""

from typing import Any
from uuid import UUID

from services.donations.database import db
from services.donations.stakeholders import operations, queries
from services.donations.stakeholders.models import ApiKey, Stakeholder
from services.donations.stakeholders.schemas import (
    CreatedKeySchema,
    KeySchema,
    NewKeySchema,
    NewStakeholderSchema,
    StakeholderQuery,
    StakeholderSchema,
)
from shared.auth import access
from shared.auth.principal import current_principal
from shared.errors import NotFound
from shared.http.idempotency import idempotent
from shared.http.limits import limited_by_address
from shared.http.lists import PageQuery, listing, page
from shared.http.resources import Blueprint, created

stakeholders = Blueprint(
    "stakeholders", __name__, url_prefix="/v1/stakeholders", description="Who takes part."
)
keys = Blueprint("api_keys", __name__, url_prefix="/v1/keys", description="Keys of portals.")


@stakeholders.route("", methods=["POST"])
@access.everyone
@idempotent
@stakeholders.arguments(NewStakeholderSchema)
@stakeholders.response(201, StakeholderSchema)
def register_stakeholder(body: dict[str, Any]) -> Any:
    """Register an organisation; it may pledge once it is approved."""
    # Anyone may call this, so it is as slow to repeat as signing in.
    with limited_by_address():
        stakeholder = operations.register_stakeholder(**body)
    return created(stakeholder, f"/v1/stakeholders/{stakeholder.id}")


@stakeholders.route("", methods=["GET"])
@access.only("planner", "admin", whole_regency=True)
@stakeholders.arguments(StakeholderQuery, location="query")
@stakeholders.response(200, listing(StakeholderSchema))
def list_stakeholders(query: dict[str, Any]) -> Any:
    """List the organisations."""
    return page(db.session, queries.select_stakeholders(status=query["status"]), Stakeholder.id, query)


@stakeholders.route("/<uuid:stakeholder_id>", methods=["GET"])
@access.only("planner", "admin", whole_regency=True)
@stakeholders.response(200, StakeholderSchema)
def show_stakeholder(stakeholder_id: UUID) -> Stakeholder:
    """Show one organisation."""
    return queries.get_stakeholder(stakeholder_id)


@stakeholders.route("/<uuid:stakeholder_id>/keys", methods=["POST"])
@access.only("admin", "donor", whole_regency=True)
@idempotent
@stakeholders.arguments(NewKeySchema)
@stakeholders.response(201, CreatedKeySchema)
def create_key(body: dict[str, Any], stakeholder_id: UUID) -> Any:
    """Make an API key. It is shown this once."""
    _require_own(stakeholder_id)
    made, secret = operations.create_key(stakeholder_id, **body)
    shown = {
        name: getattr(made, name)
        for name in ("id", "created_at", "stakeholder_id", "name", "prefix", "scopes")
    }
    return created(shown | {"key": secret}, f"/v1/keys/{made.id}")


@stakeholders.route("/<uuid:stakeholder_id>/keys", methods=["GET"])
@access.only("admin", "donor", whole_regency=True)
@stakeholders.arguments(PageQuery, location="query")
@stakeholders.response(200, listing(KeySchema))
def list_keys(query: dict[str, Any], stakeholder_id: UUID) -> Any:
    """List an organisation's keys that hold."""
    _require_own(stakeholder_id)
    queries.get_stakeholder(stakeholder_id)
    return page(db.session, queries.select_keys(stakeholder_id), ApiKey.id, query)


@keys.route("/<uuid:key_id>", methods=["DELETE"])
@access.only("admin", "donor", whole_regency=True)
@keys.response(204)
def revoke_key(key_id: UUID) -> None:
    """Revoke an API key; it stops working at once."""
    operations.revoke_key(key_id)


def _require_own(stakeholder_id: UUID) -> None:
    """Tell a donor nothing about other organisations, not even that they exist."""
    caller = current_principal()
    if not caller.has("admin") and caller.stakeholder != stakeholder_id:
        raise NotFound("stakeholder")

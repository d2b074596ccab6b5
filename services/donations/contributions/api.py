"""Contributions as JSON resources."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from services.donations.contributions import operations, queries
from services.donations.contributions.models import Contribution
from services.donations.contributions.schemas import (
    ContributionQuery,
    ContributionSchema,
    NewContributionSchema,
)
from services.donations.database import db
from shared.auth import access
from shared.auth.principal import OFFICERS
from shared.database import get_visible
from shared.http.idempotency import idempotent
from shared.http.lists import listing, page
from shared.http.resources import Blueprint, created

contributions = Blueprint(
    "contributions", __name__, url_prefix="/v1/contributions", description="What donors paid or handed over."
)


@contributions.route("", methods=["POST"])
@access.only("donor", scope="contributions:write")
@idempotent
@contributions.arguments(NewContributionSchema)
@contributions.response(201, ContributionSchema)
@contributions.may_refuse(HTTPStatus.NOT_FOUND)
def make_contribution(body: dict[str, Any]) -> Any:
    """Record what was paid or handed over for an allocation; more than what is open is a 409."""
    payment = operations.Payment(body["paid_on"], body["reference"])
    contribution = operations.make_contribution(
        allocation=body["allocation"], quantity=body["quantity"], payment=payment
    )
    return created(contribution, f"/v1/contributions/{contribution.id}")


@contributions.route("", methods=["GET"])
@access.only("donor", *OFFICERS, scope="pledges:read")
@contributions.arguments(ContributionQuery, location="query")
@contributions.response(200, listing(ContributionSchema))
def list_contributions(query: dict[str, Any]) -> Any:
    """List contributions."""
    rows = queries.select_contributions(pledge=query["pledge"], allocation=query["allocation"])
    return page(db.session, rows, Contribution.id, query)


@contributions.route("/<uuid:contribution_id>", methods=["GET"])
@access.only("donor", *OFFICERS, scope="pledges:read")
@contributions.response(200, ContributionSchema)
def show_contribution(contribution_id: UUID) -> Contribution:
    """Show one contribution."""
    return get_visible(db.session, Contribution, contribution_id)

"""The four columns of funding, as JSON."""

from typing import Any

from services.reporting.database import db
from services.reporting.funding.queries import list_funding
from services.reporting.funding.schemas import FundingListSchema, FundingQuery
from services.reporting.projections.queries import current_tag
from shared.auth import access
from shared.http.resources import Blueprint
from shared.http.versions import revalidated

blueprint = Blueprint("funding", __name__, url_prefix="/v1/funding", description="Funding by stage.")


@blueprint.route("")
@access.everyone
@revalidated(current_tag)
@blueprint.arguments(FundingQuery, location="query")
@blueprint.response(200, FundingListSchema)
def show_funding(query: dict[str, Any]) -> dict[str, Any]:
    """Show what was pledged, reserved, contributed and delivered, by fund, strategy, kind or category."""
    return list_funding(db.session, query["by"])

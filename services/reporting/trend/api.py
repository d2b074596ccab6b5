"""A figure over time, as JSON."""

from typing import Any

from services.reporting.database import db
from services.reporting.projections.queries import current_tag
from services.reporting.trend.queries import trace
from services.reporting.trend.schemas import TrendQuery, TrendSchema
from shared.auth import access
from shared.http.resources import Blueprint
from shared.http.versions import revalidated

blueprint = Blueprint("trend", __name__, url_prefix="/v1/trend", description="Figures over time.")


@blueprint.route("")
@access.everyone
@revalidated(current_tag)
@blueprint.arguments(TrendQuery, location="query")
@blueprint.response(200, TrendSchema)
def show_trend(query: dict[str, Any]) -> dict[str, Any]:
    """Show the series of a measure with its dated target."""
    return trace(db.session, query["measure"])

"""The indicators, as JSON."""

from typing import Any

from flask import current_app

from services.reporting.database import db
from services.reporting.indicators.queries import find_indicator, list_indicators
from services.reporting.indicators.schemas import IndicatorListSchema, IndicatorSchema
from services.reporting.projections.queries import current_tag
from shared.auth import access
from shared.http.resources import Blueprint
from shared.http.versions import revalidated

blueprint = Blueprint(
    "indicators", __name__, url_prefix="/v1/indicators", description="What each figure means, and its values."
)


@blueprint.route("")
@access.everyone
@revalidated(current_tag)
@blueprint.response(200, IndicatorListSchema)
def list_all_indicators() -> dict[str, Any]:
    """List every indicator with its definition, source, method and dated values."""
    found = list_indicators(db.session, current_app.config["HELIX"].regency)
    return {"object": "list", "data": found, "has_more": False, "url": "/v1/indicators"}


@blueprint.route("/<identity>")
@access.everyone
@revalidated(current_tag)
@blueprint.response(200, IndicatorSchema)
def show_indicator(identity: str) -> dict[str, Any]:
    """Show one indicator with its definition, source, method and dated values."""
    return find_indicator(db.session, identity, current_app.config["HELIX"].regency)

"""How far each area is, as JSON."""

from typing import Any

from flask import current_app

from services.reporting.database import db
from services.reporting.progress.queries import SUBDISTRICTS, describe_area, find_standing, summarise
from services.reporting.progress.schemas import AreaSchema, SummaryQuery, SummarySchema
from services.reporting.projections.queries import current_tag
from shared import areas
from shared.auth import access
from shared.errors import NotFound
from shared.http.resources import Blueprint
from shared.http.versions import revalidated
from shared.settings import Settings

blueprint = Blueprint("progress", __name__, url_prefix="/v1", description="How far 0 % is.")


def _settings() -> Settings:
    settings: Settings = current_app.config["HELIX"]
    return settings


@blueprint.route("/summary")
@access.everyone
@revalidated(current_tag)
@blueprint.arguments(SummaryQuery, location="query")
@blueprint.response(200, SummarySchema)
def show_summary(query: dict[str, Any]) -> dict[str, Any]:
    """Show the headline beside its target, the funnel, the needs and the funding of an area."""
    settings = _settings()
    code = query["area"] or settings.regency
    down_to = max(len(code), SUBDISTRICTS)
    standing = find_standing(db.session, settings.regency, down_to)
    return summarise(standing, code, synthetic=settings.synthetic)


@blueprint.route("/areas/<code>")
@access.everyone
@revalidated(current_tag)
@blueprint.response(200, AreaSchema)
def show_area(code: str) -> dict[str, Any]:
    """Show an area, its coverage and waiting days, and the areas inside it beside each other."""
    if not areas.exists(code):
        raise NotFound("area")
    settings = _settings()
    standing = find_standing(db.session, settings.regency)
    return describe_area(db.session, standing, code, synthetic=settings.synthetic)

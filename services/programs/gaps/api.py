"""`/v1/gaps`: what the next rupiah, kilogram or seat would cover, for everyone to see."""

from typing import Any

from flask import current_app

from services.programs.database import db
from services.programs.gaps.queries import find_gaps
from shared import clock
from shared.auth import access
from shared.gaps import narrow
from shared.http.gaps import GapQuery, GapsSchema, render_gaps
from shared.http.resources import Blueprint

blueprint = Blueprint("gaps", __name__, url_prefix="/v1/gaps", description="What is short, and where.")


@blueprint.route("", methods=["GET"])
@access.everyone
@blueprint.arguments(GapQuery, location="query")
@blueprint.response(200, GapsSchema)
def get_gaps(query: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Return what verified households still lack, those first that no existing pledge can reach."""
    regency = current_app.config["HELIX"].regency
    gaps = narrow(find_gaps(db.session, regency, category=query["category"]), area=query["area"])
    return render_gaps(gaps, clock.now()), 200, {"Cache-Control": "public, max-age=5"}

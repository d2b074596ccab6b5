"""`/v1/gaps`: what the public board shows, as JSON."""

from typing import Any

from services.reporting.database import db
from services.reporting.gaps.queries import find_board
from services.reporting.projections.queries import current_tag
from shared.auth import access
from shared.http.gaps import GapQuery, GapsSchema, render_gaps
from shared.http.resources import Blueprint
from shared.http.versions import revalidated

blueprint = Blueprint("gaps", __name__, url_prefix="/v1/gaps", description="What is short, and where.")


@blueprint.route("", methods=["GET"])
@access.everyone
@revalidated(current_tag)
@blueprint.arguments(GapQuery, location="query")
@blueprint.response(200, GapsSchema)
def list_gaps(query: dict[str, Any]) -> dict[str, Any]:
    """Show what the next rupiah, kilogram or seat would cover, first what nothing pledged reaches."""
    board = find_board(db.session)
    return render_gaps(board.narrow(area=query["area"], category=query["category"]), board.as_of)

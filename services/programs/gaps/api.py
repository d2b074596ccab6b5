"""`/v1/gaps`: what the next rupiah, kilogram or seat would cover, for everyone to see."""

from typing import Any

from services.programs.database import db
from services.programs.gaps.models import GapTold
from shared.auth import access
from shared.gaps import read_board
from shared.http.gaps import GapQuery, GapsSchema, render_gaps
from shared.http.resources import Blueprint

blueprint = Blueprint("gaps", __name__, url_prefix="/v1/gaps", description="What is short, and where.")


@blueprint.route("", methods=["GET"])
@access.everyone
@blueprint.arguments(GapQuery, location="query")
@blueprint.response(200, GapsSchema)
def get_gaps(query: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Return what verified households still lack, those first that no existing pledge can reach."""
    # Counted anew it would be otherwise than what the others show, and anyone could have it counted at any rate.
    board = read_board(db.session, GapTold)
    body = render_gaps(board.narrow(area=query["area"], category=query["category"]), board.as_of)
    return body, 200, {"Cache-Control": "public, max-age=5"}

"""`/v1/gaps`: the needs board for portals."""

from typing import Any

from services.donations.board.queries import find_board
from shared.auth import access
from shared.http.gaps import GapQuery, GapsSchema, render_gaps
from shared.http.resources import Blueprint

gaps = Blueprint("gaps", __name__, url_prefix="/v1/gaps", description="What is short, and where.")


@gaps.route("", methods=["GET"])
@access.everyone
@gaps.arguments(GapQuery, location="query")
@gaps.response(200, GapsSchema)
def list_gaps(query: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Return what the next rupiah, kilogram or seat would cover, first what nothing pledged reaches."""
    board = find_board()
    body = render_gaps(board.narrow(area=query["area"], category=query["category"]), board.as_of)
    return body, 200, {"Cache-Control": "public, max-age=5"}

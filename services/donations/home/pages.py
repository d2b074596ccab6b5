"""The first page: for a donor what waits, for everyone else what this is for."""

from flask import Blueprint, current_app, render_template

from services.donations.board.queries import find_board
from services.donations.fulfilment.queries import find_payable
from services.donations.home import queries
from shared import clock
from shared.auth import access
from shared.auth.principal import current_principal

pages = Blueprint("home", __name__, template_folder="../templates")

_GAPS_SHOWN = 5
_WAITING_SHOWN = 10


@pages.get("/")
@access.everyone
def show_home() -> str:
    """Show what waits for the donor, or how to become one."""
    regency = current_app.config["HELIX"].regency
    board = find_board()
    gaps = board.narrow(area=regency)[:_GAPS_SHOWN]
    if not current_principal().has("donor"):
        return render_template("donations/welcome.html", gaps=gaps, counted_at=board.as_of, as_of=clock.now())
    payable = find_payable(limit=_WAITING_SHOWN + 1)
    return render_template(
        "donations/home.html",
        totals=queries.sum_pledges(),
        payable=payable[:_WAITING_SHOWN],
        more=len(payable) > _WAITING_SHOWN,
        gaps=gaps,
        counted_at=board.as_of,
        as_of=clock.now(),
    )

"""The first page: for a donor what waits, for everyone else what this is for."""

from flask import Blueprint, current_app, render_template

from services.donations.board.queries import find_shortages, is_anything_recorded
from services.donations.fulfilment.queries import find_payable
from services.donations.home import queries
from shared import clock
from shared.auth import access
from shared.auth.principal import current_principal

pages = Blueprint("home", __name__, template_folder="../templates")

_SHORTAGES_SHOWN = 5
_WAITING_SHOWN = 10


@pages.get("/")
@access.everyone
def show_home() -> str:
    """Show what waits for the donor, or how to become one."""
    regency = current_app.config["HELIX"].regency
    shortages = find_shortages(regency, area=regency)[:_SHORTAGES_SHOWN]
    if not current_principal().has("donor"):
        recorded = bool(shortages) or is_anything_recorded()
        return render_template(
            "donations/welcome.html", shortages=shortages, recorded=recorded, as_of=clock.now()
        )
    payable = find_payable(limit=_WAITING_SHOWN + 1)
    return render_template(
        "donations/home.html",
        totals=queries.sum_pledges(),
        payable=payable[:_WAITING_SHOWN],
        more=len(payable) > _WAITING_SHOWN,
        shortages=shortages,
        as_of=clock.now(),
    )

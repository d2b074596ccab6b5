"""The needs board: what is short and where, with a way to pledge for it."""

from flask import Blueprint, current_app, render_template

from services.donations.board.queries import find_shortages, is_anything_recorded, narrow
from shared import areas, clock
from shared.auth import access
from shared.vocabulary import NEED_CATEGORIES
from shared.web.forms import Form

pages = Blueprint("board", __name__, url_prefix="/board", template_folder="../templates")


@pages.get("")
@access.everyone
def show_board() -> str:
    """Show what no pledge covers yet, per category and unit: in the regency, and in a sub-district with many."""
    regency = current_app.config["HELIX"].regency
    form = Form.asked()
    places = [(place.code, place.name) for place in areas.subdistricts().values()]
    area = form.choice("area", areas.subdistricts(), required=False)
    category = form.choice("category", NEED_CATEGORIES, required=False)
    board = find_shortages(regency)
    shortages = narrow(board, area=area, category=category)
    return render_template(
        "donations/board.html",
        form=form,
        places=places,
        recorded=bool(shortages) or is_anything_recorded(),
        narrowed=area is not None,
        in_the_regency=[row for row in shortages if row.area == regency],
        by_subdistrict=[row for row in shortages if row.area != regency],
        cash_short=any(row.item is None for row in narrow(board, area=regency)),
        as_of=clock.now(),
    )

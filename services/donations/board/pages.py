"""The needs board: what the next gift would cover and where, with a way to pledge for it."""

from flask import Blueprint, current_app, render_template

from services.donations.board.queries import find_board
from shared import areas
from shared.auth import access
from shared.vocabulary import NEED_CATEGORIES
from shared.web.forms import Form

pages = Blueprint("board", __name__, url_prefix="/board", template_folder="../templates")


@pages.get("")
@access.everyone
def show_board() -> str:
    """Show what nothing covers yet, of each category and unit: in the regency, and in a sub-district with many."""
    regency = current_app.config["HELIX"].regency
    form = Form.asked()
    area = form.choice("area", areas.subdistricts(), required=False)
    category = form.choice("category", NEED_CATEGORIES, required=False)
    board = find_board()
    gaps = board.narrow(area=area, category=category)
    return render_template(
        "donations/board.html",
        form=form,
        places=[(place.code, place.name) for place in areas.subdistricts().values()],
        narrowed=area is not None,
        in_the_regency=[gap for gap in gaps if gap.area == regency],
        by_subdistrict=[gap for gap in gaps if gap.area != regency],
        cash_short=board.is_short(None),
        as_of=board.as_of,
    )

"""What is short, and where, as programs told it; and what that says of a pledge that waits."""

from services.donations.board.models import ToldGap
from services.donations.database import db
from services.donations.pledges.models import Pledge
from services.donations.stakeholders.queries import get_stakeholder
from shared import clock
from shared.gaps import Board, read_board


def find_board() -> Board:
    """Return the board: what the next rupiah, kilogram or seat would cover, first what nothing pledged reaches."""
    return read_board(db.session, ToldGap)


def why_it_waits(pledge: Pledge) -> str | None:
    """Return why what is free of a pledge is set aside for nobody yet, as far as the board tells.

    None where nothing waits, or where the board was never told: it is not empty then but unknown. Whom the rules
    of a pledge admit is known to programs alone: where something is short it is `looking`.
    """
    if not pledge.balance.free_unpaid:
        return None
    if get_stakeholder(pledge.stakeholder_id).status == "suspended":
        return "resting"
    if pledge.opens_on > clock.today():
        return "not_yet"
    board = find_board()
    if board.as_of is None:
        return None
    return "looking" if board.is_short(pledge.item, pledge.categories) else "nothing_short"

"""What is short, and where: as programs told it for everyone; and for a donor's own pledge, as of this moment."""

from collections.abc import Collection

from sqlalchemy import func, select, true

from services.donations.board.models import BoardHousehold, BoardNeed, ToldGap
from services.donations.database import db
from services.donations.fulfilment.models import Allocation
from services.donations.pledges.models import Pledge
from services.donations.stakeholders.queries import get_stakeholder
from shared import clock
from shared.gaps import Board, read_board


def find_board() -> Board:
    """Return the board: what the next rupiah, kilogram or seat would cover, first what nothing pledged reaches."""
    return read_board(db.session, ToldGap)


def is_short(item: str | None = None, categories: Collection[str] = ()) -> bool:
    """Tell whether anybody lacks an item, or cash where none is named, in one of these categories or in any.

    Covered is what this service has set aside, for whichever organisation: the board tells it some seconds later.
    """
    # Asked for each need that is open: what was ever set aside grows with the years, what is open does not.
    covered = (
        select(func.coalesce(func.sum(Allocation.quantity - Allocation.released), 0).label("quantity"))
        .where(Allocation.need == BoardNeed.id)
        .lateral()
    )
    short = (
        select(BoardNeed.id)
        .join(BoardHousehold, BoardHousehold.id == BoardNeed.household)
        .join(covered, true())
        .where(
            BoardHousehold.verified,
            ~BoardHousehold.held,
            ~BoardNeed.closed,
            BoardNeed.quantity > covered.c.quantity,
            BoardNeed.item.is_not_distinct_from(item),
            BoardNeed.category.in_(categories) if categories else true(),
        )
        .limit(1)
    )
    return db.session.scalar(short.execution_options(everyone=True)) is not None


def why_it_waits(pledge: Pledge) -> str | None:
    """Return why what is free of a pledge is set aside for nobody yet, as far as this service knows.

    None where nothing waits. Whom the rules of a pledge admit is known to programs alone: where something
    is short it is `looking`.
    """
    if not pledge.balance.free_unpaid:
        return None
    if get_stakeholder(pledge.stakeholder_id).status == "suspended":
        return "resting"
    if pledge.opens_on > clock.today():
        return "not_yet"
    return "looking" if is_short(pledge.item, pledge.categories) else "nothing_short"

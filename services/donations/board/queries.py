"""What is short, and where."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Numeric, func, select
from sqlalchemy.sql.expression import cast

from services.donations.board.models import BoardHousehold, BoardNeed
from services.donations.database import db
from services.donations.fulfilment.models import Allocation

# Fewer households than this are not told apart.
SMALLEST_COUNT = 10

_LENGTH_OF_SUBDISTRICT = len("35.17.01")


@dataclass(frozen=True, slots=True)
class Shortage:
    """What is short of one thing in one sub-district. `needs` is None where there are few."""

    area: str
    category: str
    unit: str
    item: str | None
    quantity: int
    value_idr: int
    needs: int | None


def find_shortages(*, area: str | None = None, category: str | None = None) -> list[Shortage]:
    """Return what no pledge covers yet, the largest value first: of verified households, in aggregate.

    Covered is what this service has set aside, for whichever organisation.
    """
    covered = (
        select(Allocation.need, func.sum(Allocation.quantity - Allocation.released).label("covered"))
        .group_by(Allocation.need)
        .subquery()
    )
    short = (BoardNeed.quantity - func.coalesce(covered.c.covered, 0)).label("short")
    place = func.left(BoardHousehold.desa, _LENGTH_OF_SUBDISTRICT).label("area")
    columns = (place, BoardNeed.category, BoardNeed.unit, BoardNeed.item)
    rows = (
        select(
            *columns,
            func.sum(short).label("quantity"),
            func.sum(cast(BoardNeed.value_idr, Numeric) * short / BoardNeed.quantity).label("value_idr"),
            cast(func.count(), Integer).label("needs"),
        )
        .join(BoardHousehold, BoardHousehold.id == BoardNeed.household)
        .outerjoin(covered, covered.c.need == BoardNeed.id)
        .where(BoardHousehold.verified, ~BoardHousehold.held, ~BoardNeed.closed, short > 0)
        .group_by(*columns)
        .order_by(func.sum(BoardNeed.value_idr).desc(), *columns)
    )
    if area is not None:
        rows = rows.where(place == area)
    if category is not None:
        rows = rows.where(BoardNeed.category == category)
    # The board is the same for everyone: sums over all organisations' pledges, nothing about one of them.
    return [_shortage(row) for row in db.session.execute(rows.execution_options(everyone=True))]


def _shortage(row: Any) -> Shortage:
    return Shortage(
        area=row.area,
        category=row.category,
        unit=row.unit,
        item=row.item,
        quantity=int(row.quantity),
        value_idr=int(row.value_idr),
        needs=row.needs if row.needs >= SMALLEST_COUNT else None,
    )

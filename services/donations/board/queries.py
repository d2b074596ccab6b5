"""What is short, and where."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Numeric, func, select, true
from sqlalchemy.sql.expression import cast

from services.donations.board.models import BoardHousehold, BoardNeed
from services.donations.database import db
from services.donations.fulfilment.models import Allocation
from services.donations.pledges.models import Pledge
from services.donations.stakeholders.queries import get_stakeholder
from shared import clock
from shared.disclosure import Figures, Group, Shown, disclose_parts

_LENGTH_OF_SUBDISTRICT = len("35.17.01")

_GROUPS = (Group(("needs",), ("quantity", "value_idr")),)


@dataclass(frozen=True, slots=True)
class Shortage:
    """What is short of one thing in the regency or in one sub-district; all None where few needs are."""

    area: str
    category: str
    unit: str
    item: str | None
    quantity: int | None
    value_idr: int | None
    needs: int | None


def find_shortages(regency: str, *, area: str | None = None, category: str | None = None) -> list[Shortage]:
    """Return what no pledge covers yet, of verified households: the regency first, then the worst first.

    The worst is what most needs wait for; of as many, what is worth more; then the order of names.

    Covered is what this service has set aside, for whichever organisation. What is short in the
    regency contains what is short in its sub-districts, of which those are left out that have
    few needs or none. A filter takes rows from the one board: it never changes what a row says.
    """
    by_kind: dict[tuple[Any, ...], dict[str, Figures]] = defaultdict(dict)
    for place, *kind, quantity, value, needs in _sums():
        by_kind[tuple(kind)][place] = {"quantity": int(quantity), "value_idr": int(value), "needs": needs}
    found = [row for kind, parts in by_kind.items() for row in _shortages(kind, parts, regency)]
    return narrow(sorted(found, key=_order), area=area, category=category)


def narrow(
    board: Iterable[Shortage], *, area: str | None = None, category: str | None = None
) -> list[Shortage]:
    """Return rows of the one board: a filter never changes what a row says."""
    return [row for row in board if area in {None, row.area} and category in {None, row.category}]


def is_short(regency: str, item: str | None = None, categories: Collection[str] = ()) -> bool:
    """Tell whether the board has anything of an item, or of cash where none is named, and of these categories."""
    return any(
        row.item == item and (not categories or row.category in categories)
        for row in find_shortages(regency, area=regency)
    )


def why_it_waits(pledge: Pledge, regency: str) -> str | None:
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
    return "looking" if is_short(regency, pledge.item, pledge.categories) else "nothing_short"


def is_anything_recorded() -> bool:
    """Tell whether a verified household ever lacked anything: before, nothing can be short."""
    rows = select(BoardNeed.id).join(BoardHousehold, BoardHousehold.id == BoardNeed.household)
    return db.session.scalar(rows.where(BoardHousehold.verified).limit(1)) is not None


def _sums() -> Iterator[Any]:
    """Return (sub-district, category, unit, item, quantity, value, needs) of what is short."""
    # Asked for each need that is open: what was ever set aside grows with the years, what is open does not.
    covered = (
        select(func.sum(Allocation.quantity - Allocation.released).label("covered"))
        .where(Allocation.need == BoardNeed.id)
        .lateral()
    )
    short = (BoardNeed.quantity - func.coalesce(covered.c.covered, 0)).label("short")
    place = func.left(BoardHousehold.desa, _LENGTH_OF_SUBDISTRICT)
    columns = (place, BoardNeed.category, BoardNeed.unit, BoardNeed.item)
    rows = (
        select(
            *columns,
            func.sum(short),
            func.sum(cast(BoardNeed.value_idr, Numeric) * short / BoardNeed.quantity),
            cast(func.count(), Integer),
        )
        .join(BoardHousehold, BoardHousehold.id == BoardNeed.household)
        .join(covered, true())
        .where(BoardHousehold.verified, ~BoardHousehold.held, ~BoardNeed.closed, short > 0)
        .group_by(*columns)
    )
    # The board is the same for everyone: sums over all organisations' pledges, nothing about one of them.
    yield from db.session.execute(rows.execution_options(everyone=True))


def _shortages(kind: tuple[Any, ...], parts: Mapping[str, Figures], regency: str) -> Iterator[Shortage]:
    category, unit, item = kind
    shown: Mapping[str, Shown] = disclose_parts(parts, _GROUPS, regency)
    for area, figures in shown.items():
        yield Shortage(area=area, category=category, unit=unit, item=item, **figures)


def _order(row: Shortage) -> tuple[Any, ...]:
    """Return what puts a row in its place, by nothing that it hides."""
    worst = -(row.needs or 0), -(row.value_idr or 0)
    return len(row.area), *worst, row.area, row.category, row.unit, row.item or ""

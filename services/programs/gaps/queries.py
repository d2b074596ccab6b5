"""What is open, by area, category and market; and what of it nothing that is pledged could reach."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, case, cast, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import array

from services.programs.gaps.domain import Offer, Reach
from services.programs.in_play.domain import Terms
from services.programs.in_play.queries import may_be_moved
from services.programs.matching.domain import Claimed
from services.programs.matching.models import Allocation, Pledge
from services.programs.matching.queries import counts_in_all, may_be_matched
from services.programs.needs.models import Need
from services.programs.policy.queries import current_version
from services.programs.registry.models import Household
from services.programs.standing.queries import in_order
from shared import clock
from shared.areas import subdistrict_of
from shared.catalogue import ITEMS, reference_price
from shared.database import AnySession
from shared.disclosure import Group, Shown, disclose_parts
from shared.events.programs import NextNeed
from shared.gaps import Gap, Kind

# Few that a pledge reaches are told by what it does not reach, and the other way round.
_GROUPS = (Group(("needs",), ("open",)), Group(("unreached_needs", "reached_needs"), ("unreached",)))


@dataclass(slots=True)
class _Part:
    """What is counted of one kind in one sub-district.

    `first` holds (place in the policy's order, decile, urgency) of the need that stands highest, by whether it is
    unreached.
    """

    figures: Counter[str] = field(
        default_factory=lambda: Counter(needs=0, open=0, unreached=0, unreached_needs=0, reached_needs=0)
    )
    first: dict[bool, tuple[int, int, int]] = field(default_factory=dict)


def find_gaps(session: AnySession, regency: str, *, category: str | None = None) -> list[Gap]:
    """Return the gaps, the largest that nothing pledged reaches first. It counts needs of every area.

    A gap of the regency contains those of its sub-districts, of which those are left out that have
    few needs or none.
    """
    terms = Terms(current_version(session).rules(), clock.today())
    offers = _find_offers(session, terms)
    reach = {market: Reach(pledges) for market, pledges in offers.items()}
    steps = _steps_of(offers.values())
    wanted = _open_needs(terms, steps, category)
    kinds: dict[Kind, dict[str, _Part]] = defaultdict(lambda: defaultdict(_Part))
    for row in session.execute(wanted, execution_options={"everyone": True}):
        kind = Kind(row.category, row.item, row.unit)
        claim = Claimed(row.category, row.desa, row.decile, frozenset(row.attributes))
        reached = reach.get(row.market, Reach()).reaches(claim, steps[row.step - 1])
        _count(kinds[kind][subdistrict_of(row.desa)], row, unreached=not reached)
    found = [gap for kind, parts in kinds.items() for gap in _gaps(kind, parts, regency)]
    return sorted(found, key=lambda gap: gap.order)


def _find_offers(session: AnySession, terms: Terms) -> dict[str, list[Offer]]:
    """Return what pledges offer, by market, that have something which may go to one need or another.

    That is what is free of them, or given in a way that the match may still change. One that refuses everything
    until it is changed, as while its organisation is suspended, has nothing.
    """
    movable = select(Allocation.id).where(Allocation.pledge_id == Pledge.id, may_be_moved(terms)).exists()
    giving = select(Pledge).where(
        Pledge.status == "open",
        or_(Pledge.expires_on.is_(None), Pledge.expires_on >= terms.today),
        or_(Pledge.blocked_by.is_(None), Pledge.blocked_until.is_not(None)),
        or_(Pledge.quantity > Pledge.used + Pledge.withheld, movable),
    )
    found: dict[str, list[Offer]] = defaultdict(list)
    for pledge in session.scalars(giving, execution_options={"everyone": True}):
        found[pledge.market].append((pledge.rule(), pledge.minimum_grant or 1))
    return found


def _steps_of(markets: Collection[Sequence[Offer]]) -> list[int]:
    """Return the quantities, ascending and from 1 on, from which on more pledges reach a need than below."""
    return sorted({1, *(least for pledges in markets for _, least in pledges)})


def _open_needs(terms: Terms, steps: Sequence[int], category: str | None) -> Any:
    """Return the statement of what is open, of needs that no pledge could tell from each other.

    `step`: how many of the steps a need takes by what it asks for. `first`: the place in the policy's order, and
    the urgency, of the one that stands highest.
    """
    asked = Need.quantity - Need.delivered
    place = func.row_number().over(order_by=in_order(terms.policy, terms.today))
    lacking = (
        select(
            Need.market,
            Need.category,
            Need.item,
            Need.unit,
            Need.desa,
            Household.decile,
            Household.attributes,
            func.width_bucket(asked, literal(steps, ARRAY(BigInteger))).label("step"),
            (Need.quantity - Need.covered).label("open"),
            Need.indivisible.label("whole"),
            array([place, cast(Need.urgency, BigInteger)]).label("standing"),
        )
        .join(Household, Household.id == Need.household_id)
        .where(may_be_matched(terms.today))
    )
    if terms.policy.household_cap_idr is None:
        lacking = lacking.add_columns((Need.quantity - Need.covered).label("left"))
    else:
        received = _received()
        lacking = lacking.add_columns(_left_of(received, terms).label("left")).outerjoin(
            received, received.c.household_id == Need.household_id
        )
    found = lacking.subquery()
    alike = [column for column in found.c if column.name not in {"open", "left", "whole", "standing"}]
    could_have = _within(found)
    return (
        select(
            *alike,
            func.sum(could_have).label("open"),
            func.count().label("needs"),
            func.min(found.c.standing).label("first"),
        )
        .where(could_have > 0, true() if category is None else found.c.category == category)
        .group_by(*alike)
    )


def _left_of(received: Any, terms: Terms) -> ColumnElement[Any]:
    """Return how much of a need the policy still lets its household have, once those above it have all they lack."""
    before = func.sum((Need.quantity - Need.covered) * _price()).over(
        partition_by=Need.household_id, order_by=in_order(terms.policy, terms.today), rows=(None, -1)
    )
    has = func.coalesce(received.c.value, 0) + func.coalesce(before, 0)
    return func.floor((terms.policy.household_cap_idr - has) / _price())


def _received() -> Any:
    """Return the statement of what households have in all."""
    value = func.sum(Allocation.holding * _price()).label("value")
    return (
        select(Allocation.household_id, value)
        .join(Need, Need.id == Allocation.need_id)
        .join(Household, Household.id == Allocation.household_id)
        .where(counts_in_all())
        .group_by(Allocation.household_id)
        .subquery()
    )


def _price() -> ColumnElement[int]:
    """Return what one unit of a need costs, in rupiah."""
    return case({item: reference_price(item) for item in ITEMS}, value=Need.item, else_=reference_price(None))


def _within(found: Any) -> ColumnElement[Any]:
    """Return how much of a need is open that its household may have; of what is only covered whole all or nothing."""
    left, lacking = found.c.left, found.c.open
    return case((left >= lacking, lacking), (found.c.whole, 0), else_=func.greatest(left, 0))


def _count(part: _Part, row: Any, *, unreached: bool) -> None:
    quantity = int(row.open)
    part.figures.update(needs=row.needs, open=quantity)
    if unreached:
        part.figures.update(unreached=quantity, unreached_needs=row.needs)
    else:
        part.figures.update(reached_needs=row.needs)
    place, urgency = row.first
    first = place, row.decile, urgency
    part.first[unreached] = min(first, part.first.get(unreached, first))


def _gaps(kind: Kind, parts: dict[str, _Part], regency: str) -> Iterator[Gap]:
    figures = {area: part.figures for area, part in parts.items()}
    for area, shown in disclose_parts(figures, _GROUPS, regency).items():
        inside = parts.values() if area == regency else [parts[area]]
        numbers = {name: shown[name] for name in ("needs", "open", "unreached")}
        yield Gap(area, kind, reference_price(kind.item), **numbers, next_need=_next_need(inside, shown))


def _next_need(parts: Collection[_Part], shown: Shown) -> NextNeed | None:
    """Return the need that stands highest: of the unreached, or of all where none is known to be unreached."""
    if shown["needs"] is None:
        return None
    standing = (True,) if shown["unreached"] else (True, False)
    _, decile, urgency = min(part.first[each] for part in parts for each in standing if each in part.first)
    return NextNeed(decile=decile, urgency=urgency)

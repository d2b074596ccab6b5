"""What is open, by area, category and market; and what of it nothing that is pledged could reach."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Uuid, case, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import array

from services.programs.gaps.domain import Offer, Reach
from services.programs.in_play.domain import Terms
from services.programs.in_play.queries import left_in_all, may_be_moved
from services.programs.matching.domain import Claimed
from services.programs.matching.models import RULE, Allocation, Pledge, rule_of
from services.programs.matching.queries import counts_in_all, may_be_matched
from services.programs.needs.models import Need
from services.programs.policy.queries import current_version
from services.programs.registry.models import Household
from services.programs.standing.queries import in_order
from shared import clock
from shared.areas import subdistrict_of
from shared.auth.visibility import OF_ALL
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


def find_gaps(session: AnySession, regency: str) -> list[Gap]:
    """Return the gaps, the largest that nothing pledged reaches first. It counts needs of every area.

    A gap of the regency contains those of its sub-districts, of which those are left out that have
    few needs or none.
    """
    terms = Terms(current_version(session).rules(), clock.today())
    offers = _find_offers(session, terms)
    reach = {market: Reach(pledges) for market, pledges in offers.items()}
    steps = _steps_of(offers.values())
    wanted = _open_needs(terms, steps, _find_limited(session, terms))
    kinds: dict[Kind, dict[str, _Part]] = defaultdict(lambda: defaultdict(_Part))
    for row in session.execute(wanted, execution_options=OF_ALL):
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
    # Several that offer the same are read as one.
    offered = select(Pledge.market, Pledge.minimum_grant, *RULE).distinct()
    giving = offered.where(
        Pledge.status == "open",
        # What is not open yet reaches nothing: it would tell what it reaches, and never be matched.
        Pledge.opens_on <= terms.today,
        or_(Pledge.expires_on.is_(None), Pledge.expires_on >= terms.today),
        or_(Pledge.blocked_by.is_(None), Pledge.blocked_until.is_not(None)),
        or_(Pledge.quantity > Pledge.used + Pledge.withheld, movable),
    )
    found: dict[str, list[Offer]] = defaultdict(list)
    for row in session.execute(giving, execution_options=OF_ALL):
        found[row.market].append((rule_of(row), row.minimum_grant or 1))
    return found


def _steps_of(markets: Collection[Sequence[Offer]]) -> list[int]:
    """Return the quantities, ascending and from 1 on, from which on more pledges reach a need than below."""
    return sorted({1, *(least for pledges in markets for _, least in pledges)})


def _open_needs(terms: Terms, steps: Sequence[int], left: Mapping[UUID, int]) -> Any:
    """Return the statement of what is open, of needs that no pledge could tell from each other.

    `left`: how much of a need its household may still have, where the policy limits that. `step`: how many of the steps
    a need takes by what it asks for. `first`: the place in the policy's order, and the urgency, of the one that stands
    highest.
    """
    asked = Need.quantity - Need.delivered
    place = func.row_number().over(order_by=in_order(terms.policy, terms.today))
    limited = func.unnest(literal([*left], ARRAY(Uuid)), literal([*left.values()], ARRAY(BigInteger)))
    limit = limited.table_valued("id", "left").render_derived()
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
            func.least(Need.quantity - Need.covered, limit.c.left).label("open"),
            array([place, cast(Need.urgency, BigInteger)]).label("standing"),
        )
        .join(Household, Household.id == Need.household_id)
        .outerjoin(limit, limit.c.id == Need.id)
        .where(may_be_matched(terms.today))
    )
    found = lacking.subquery()
    alike = [column for column in found.c if column.name not in {"open", "standing"}]
    return (
        select(
            *alike,
            func.sum(found.c.open).label("open"),
            func.count().label("needs"),
            func.min(found.c.standing).label("first"),
        )
        .where(found.c.open > 0)
        .group_by(*alike)
    )


def _find_limited(session: AnySession, terms: Terms) -> dict[UUID, int]:
    """Return how much needs may still have whose households could reach what the policy lets them have in all."""
    cap = terms.policy.household_cap_idr
    if cap is None:
        return {}
    price = case(
        {item: reference_price(item) for item in ITEMS}, value=Need.item, else_=reference_price(None)
    )
    received = (
        select(func.coalesce(func.sum(Allocation.holding * price), 0))
        .join(Need, Need.id == Allocation.need_id)
        .where(Allocation.household_id == Household.id, counts_in_all())
        .correlate(Household)
        .scalar_subquery()
    )
    near = (
        select(Household.id)
        .join(Need, Need.household_id == Household.id)
        .where(may_be_matched(terms.today))
        .group_by(Household.id)
        .having(func.sum((Need.quantity - Need.covered) * price) + received > cap)
    )
    households = session.scalars(near, execution_options=OF_ALL).all()
    return left_in_all(session, terms, households) if households else {}


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

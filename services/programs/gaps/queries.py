"""What is open, by area, category and market; and what of it no pledge could reach."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from services.programs.matching.domain import Claimed, Rules
from services.programs.matching.queries import find_rules, may_be_matched
from services.programs.needs.models import Need
from services.programs.registry.models import Household
from shared import clock
from shared.areas import subdistrict_of
from shared.catalogue import reference_price
from shared.database import AnySession
from shared.disclosure import Group, Shown, disclose_parts

# Few that a pledge reaches are told by what it does not reach, and the other way round.
_GROUPS = (Group(("needs",), ("open",)), Group(("unreached_needs", "reached_needs"), ("unreached",)))


@dataclass(frozen=True, slots=True)
class Gap:
    """What is open of one thing in the regency or in one sub-district; None where it would tell of few.

    `unreached`: no open pledge admits it. `next_need` is (decile, urgency) of the need that stands
    highest among the unreached, or among all where none is known to be unreached.
    """

    area: str
    category: str
    item: str | None
    unit: str
    needs: int | None
    open: int | None
    unreached: int | None
    next_need: tuple[int, int] | None

    @property
    def value_idr(self) -> int | None:
        """Return what is open, in whole rupiah."""
        return None if self.open is None else self.open * reference_price(self.item)

    @property
    def order(self) -> tuple[Any, ...]:
        """Return its place by nothing that it hides: what no pledge reaches first, then what is worth most."""
        unreached_idr = (self.unreached or 0) * reference_price(self.item)
        return -unreached_idr, -(self.value_idr or 0), self.area, self.category, self.item or ""


@dataclass(slots=True)
class _Part:
    """What is counted of one thing in one sub-district. `best` holds (decile, -urgency) by whether it is unreached."""

    figures: Counter[str] = field(
        default_factory=lambda: Counter(needs=0, open=0, unreached=0, unreached_needs=0, reached_needs=0)
    )
    best: dict[bool, tuple[int, int]] = field(default_factory=dict)


def find_gaps(
    session: AnySession,
    regency: str,
    *,
    area: str | None = None,
    category: str | None = None,
) -> list[Gap]:
    """Return the gaps, the largest that no pledge reaches first. It counts needs of every area.

    A gap of the regency contains those of its sub-districts, of which those are left out that have
    few needs or none. A filter takes rows from the one table: it never changes what a row says.
    """
    rules = find_rules(session)
    nobody = Rules(())
    kinds: dict[tuple[Any, ...], dict[str, _Part]] = defaultdict(lambda: defaultdict(_Part))
    for row in session.execute(_open_needs(category), execution_options={"everyone": True}):
        part = kinds[row.category, row.item, row.unit][subdistrict_of(row.desa)]
        _count(part, row, rules.get(row.market, nobody))
    found = [gap for kind, parts in kinds.items() for gap in _gaps(kind, parts, regency)]
    return sorted((gap for gap in found if area in {None, gap.area}), key=lambda gap: gap.order)


def _open_needs(category: str | None) -> Any:
    """Return the statement of what is open, of needs that no pledge could tell from each other."""
    alike = (
        Need.market,
        Need.category,
        Need.item,
        Need.unit,
        Need.desa,
        Household.decile,
        Household.attributes,
    )
    wanted = (
        select(
            *alike,
            func.sum(Need.quantity - Need.covered).label("open"),
            func.count().label("needs"),
            func.max(Need.urgency).label("urgency"),
        )
        .join(Household, Household.id == Need.household_id)
        .where(may_be_matched(clock.today()))
        .group_by(*alike)
    )
    return wanted if category is None else wanted.where(Need.category == category)


def _count(part: _Part, row: Any, rules: Rules) -> None:
    claim = Claimed(row.category, row.desa, row.decile, frozenset(row.attributes))
    unreached = not rules.admitting(claim)
    quantity = int(row.open)
    part.figures.update(needs=row.needs, open=quantity)
    if unreached:
        part.figures.update(unreached=quantity, unreached_needs=row.needs)
    else:
        part.figures.update(reached_needs=row.needs)
    need = row.decile, -row.urgency
    part.best[unreached] = min(need, part.best.get(unreached, need))


def _gaps(kind: tuple[Any, ...], parts: dict[str, _Part], regency: str) -> Iterator[Gap]:
    category, item, unit = kind
    for area, shown in disclose_parts(
        {area: part.figures for area, part in parts.items()}, _GROUPS, regency
    ).items():
        inside = parts.values() if area == regency else [parts[area]]
        numbers = {name: shown[name] for name in ("needs", "open", "unreached")}
        yield Gap(area, category, item, unit, **numbers, next_need=_next_need(inside, shown))


def _next_need(parts: Any, shown: Shown) -> tuple[int, int] | None:
    if shown["needs"] is None:
        return None
    standing = (True,) if shown["unreached"] else (True, False)
    decile, urgency = min(part.best[each] for part in parts for each in standing if each in part.best)
    return decile, -urgency

"""What is open, by area, category and market; and what of it no pledge could reach."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from services.programs.matching.domain import Claimed, Rules
from services.programs.matching.queries import find_rules, may_be_matched
from services.programs.needs.models import Need
from services.programs.needs.queries import inside
from services.programs.registry.models import Household
from shared import areas, clock
from shared.catalogue import reference_price

# A public number of households below this tells about one of them.
SMALLEST_COUNT = 10


@dataclass(slots=True)
class Gap:
    """What is open in one sub-district, category and market. `unreached`: no open pledge admits it.

    `next_urgency` and `next_decile` are those of the need that stands highest among the unreached,
    or among all where every one is within a pledge's reach.
    """

    area: str
    category: str
    item: str | None
    unit: str
    open: int = 0
    unreached: int = 0
    needs: int = 0
    best: dict[bool, tuple[int, int]] = field(default_factory=dict)

    @property
    def value_idr(self) -> int:
        """Return what is open, in whole rupiah."""
        return self.open * reference_price(self.item)

    @property
    def unreached_idr(self) -> int:
        """Return what no open pledge admits, in whole rupiah."""
        return self.unreached * reference_price(self.item)

    def note_best(self, need: tuple[int, int], *, unreached: bool) -> None:
        """Keep the (decile, urgency) of a need if none that stands higher is known."""
        decile, urgency = self.best.get(unreached, need)
        self.best[unreached] = min(need, (decile, urgency), key=lambda known: (known[0], -known[1]))

    @property
    def is_small(self) -> bool:
        """Tell whether so few needs are counted that the count must not be shown."""
        return self.needs < SMALLEST_COUNT

    @property
    def next_need(self) -> tuple[int, int]:
        """Return (decile, urgency) of the need that the next unit would go to."""
        return self.best.get(True) or self.best[False]


def find_gaps(
    session: Session | scoped_session[Any], *, area: str | None = None, category: str | None = None
) -> list[Gap]:
    """Return the gaps, the largest that no pledge reaches first. It counts needs of every area."""
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
    if area is not None:
        wanted = wanted.where(inside(area))
    if category is not None:
        wanted = wanted.where(Need.category == category)
    rows = session.execute(wanted, execution_options={"everyone": True})
    rules = find_rules(session)
    nobody = Rules(())
    gaps: dict[tuple[str, str, str], Gap] = {}
    for row in rows:
        key = (row.desa[:8], row.category, row.market)
        gap = gaps.setdefault(key, Gap(row.desa[:8], row.category, row.item, row.unit))
        _count(gap, row, rules.get(row.market, nobody))
    shown = gaps.values() if area in areas.subdistricts() else _merge_small(gaps.values())
    return sorted(shown, key=lambda gap: (-gap.unreached_idr, -gap.value_idr, gap.area, gap.category))


def _merge_small(gaps: Iterable[Gap]) -> Iterable[Gap]:
    """Count what few households of a sub-district lack under the regency, where it tells of nobody."""
    merged: dict[tuple[str, ...], Gap] = {}
    for gap in gaps:
        area = gap.area[:5] if gap.is_small else gap.area
        key = (area, gap.category, gap.item or "", gap.unit)
        kept = merged.setdefault(key, Gap(area, gap.category, gap.item, gap.unit))
        kept.open += gap.open
        kept.unreached += gap.unreached
        kept.needs += gap.needs
        for unreached, best in gap.best.items():
            kept.note_best(best, unreached=unreached)
    return merged.values()


def _count(gap: Gap, row: Any, rules: Rules) -> None:
    claim = Claimed(row.category, row.desa, row.decile, frozenset(row.attributes))
    unreached = not rules.admitting(claim)
    gap.open += int(row.open)
    gap.needs += row.needs
    gap.unreached += int(row.open) if unreached else 0
    gap.note_best((row.decile, row.urgency), unreached=unreached)

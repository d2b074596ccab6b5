"""The figures of every area, as they may be shown."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from operator import add
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import cast, func, select

from services.reporting.progress.domain import GROUPS, TARGET, coverage_of, percentage, spread, way_of
from services.reporting.projections.models import AreaFigures, Waited, Waiting
from services.reporting.projections.queries import find_position
from shared import areas, clock
from shared.database import AnySession
from shared.disclosure import Shown, disclose

Days = dict[str, dict[int, int]]

FUNNEL = {
    "registered": "households",
    **{name: name for name in ("verified", "matched", "delivered", "graduated")},
}
NEEDS = {name: f"needs_{name}" for name in ("open", "covered", "delivered")}
FUNDING = {name: f"{name}_idr" for name in ("pledged", "reserved", "contributed", "delivered")}

_MEASURES = [column for column in AreaFigures.__table__.columns if column.name != "area"]
_NAMES = [column.name for column in _MEASURES]


# How long the codes are that a standing goes down to. Worked out down to sub-districts it is twelve times
# cheaper, and the same: what is hidden among sub-districts never depends on their villages.
SUBDISTRICTS = len("35.17.01")
VILLAGES = len("35.17.01.2001")


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the regency and the areas in it are, None where hidden, after so many batches of events."""

    version: int
    as_of: datetime | None
    shown: Mapping[str, Shown]


# What may be shown is worked out from all areas at once, and serves every question until something changes:
# by database, then by the regency and how far down it goes.
_standings: WeakKeyDictionary[Any, dict[tuple[str, int], Standing]] = WeakKeyDictionary()


def find_standing(session: AnySession, regency: str, down_to: int = VILLAGES) -> Standing:
    """Return how far the regency is now, and the areas in it down to SUBDISTRICTS or VILLAGES."""
    position = find_position(session)
    version, as_of = (position.version, position.as_of) if position else (0, None)
    kept = _standings.setdefault(session.get_bind(), {})
    found = kept.get((regency, down_to))
    if found is None or found.version != version:
        found = kept[regency, down_to] = Standing(version, as_of, _show_areas(session, regency, down_to))
    return found


def _show_areas(session: AnySession, regency: str, down_to: int) -> Mapping[str, Shown]:
    def children_of(area: str) -> Sequence[str]:
        return areas.children_of(area) if len(area) < down_to else ()

    codes = [regency]
    for code in codes:
        codes.extend(children_of(code))
    return disclose(_totals(session, regency, codes, down_to), GROUPS, regency, children_of)


def summarise(standing: Standing, code: str, *, synthetic: bool) -> dict[str, Any]:
    """Return the headline, the way to 0, the funnel, the needs and the funding of an area."""
    return {
        "object": "summary",
        "as_of": standing.as_of,
        "position": standing.version,
        "synthetic": synthetic,
        "target": asdict(TARGET),
        **_figures(code, standing.shown[code]),
    }


def describe_area(session: AnySession, standing: Standing, code: str, *, synthetic: bool) -> dict[str, Any]:
    """Return an area as `summarise` does, with coverage and waiting, and its children beside each other."""
    children = areas.children_of(code)
    waiting = waiting_days(session, [code, *children])
    around = code.rpartition(".")[0]
    return {
        **summarise(standing, code, synthetic=synthetic),
        "object": "area",
        "parent": around if around in standing.shown else None,
        "coverage": coverage_of(standing.shown[code]),
        "waiting_days": waiting[code],
        "children": [
            {
                **_figures(child, standing.shown[child]),
                "coverage": coverage_of(standing.shown[child]),
                "waiting_days": waiting[child],
            }
            for child in children
        ],
    }


def waiting_days(session: AnySession, codes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return, for each area, the spread of days waited for a first delivery, and of those still waiting."""
    waited = _by_area(
        session.execute(select(Waited.area, Waited.days, Waited.households).where(Waited.area.in_(codes)))
    )
    today = clock.today()
    found = session.execute(
        select(Waiting.area, Waiting.since, Waiting.households).where(Waiting.area.in_(codes))
    )
    waiting = _by_area((area, max(0, (today - since).days), households) for area, since, households in found)
    return {code: {**spread(waited[code]), "still_waiting": spread(waiting[code])} for code in codes}


def population_of(code: str, regency: str) -> int | None:
    """Return how many people lived there in 2022 (BPS); None for a village."""
    subdistricts = areas.subdistricts()
    if code == regency:
        return sum(entry.population for entry in subdistricts.values() if areas.contains(regency, entry.code))
    return subdistricts[code].population if code in subdistricts else None


def _totals(
    session: AnySession, regency: str, codes: Sequence[str], down_to: int
) -> dict[str, dict[str, int]]:
    """Return the sums of every area: its own and those of what lies in it."""
    totals = {code: [0] * len(_MEASURES) for code in codes}
    place = func.left(AreaFigures.area, down_to)
    sums = (cast(func.sum(measure), measure.type) for measure in _MEASURES)
    for area, *figures in session.execute(select(place, *sums).group_by(place)):
        for code in _around(area, regency) & totals.keys():
            totals[code] = list(map(add, totals[code], figures))
    # A delivery may be heard of before its reservation is; for that moment a sum would be below zero.
    return {
        code: dict(zip(_NAMES, (max(0, sum_) for sum_ in added), strict=True))
        for code, added in totals.items()
    }


def _around(area: str, regency: str) -> set[str]:
    """Return the codes that an area's figures count for: what is meant for anywhere is the regency's."""
    return {regency, area[:8], area} if areas.contains(regency, area) else {regency}


def _by_area(rows: Iterable[tuple[str, int, int]]) -> Days:
    days: Days = defaultdict(lambda: defaultdict(int))
    for area, number, households in rows:
        days[area][number] += households
    return days


def _figures(code: str, shown: Shown) -> dict[str, Any]:
    population = population_of(code, code[:5])
    headline = {"people": shown["people"], "households": shown["households"]}
    return {
        "area": code,
        "name": areas.name_of(code),
        "headline": _group(headline)
        | {"rate": percentage(shown["people"], population), "population": population},
        "progress": _progress(shown),
        "funnel": _group({name: shown[figure] for name, figure in FUNNEL.items()}),
        "needs": _group({name: shown[figure] for name, figure in NEEDS.items()}),
        "funding": _group({name: shown[figure] for name, figure in FUNDING.items()}),
    }


def _progress(shown: Shown) -> dict[str, Any]:
    way = way_of(shown)
    figures = {
        "start": way.start,
        **{name: shown[name] for name in ("graduated", "graduated_people", "removed", "removed_people")},
    }
    return _group(figures) | {"share": way.share}


def _group(figures: dict[str, int | None]) -> dict[str, Any]:
    return {**figures, "suppressed": None in figures.values()}

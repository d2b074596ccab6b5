"""What the pages draw: figures turned into charts, each with the table of what it shows."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext

from services.reporting.funding.queries import STAGES, list_funding
from services.reporting.progress.domain import TARGET
from services.reporting.trend.queries import trace
from shared.clock import LOCAL_ZONE
from shared.database import AnySession
from shared.disclosure import Shown
from shared.web.charts import (
    Chart,
    Group,
    Point,
    Stage,
    funnel,
    grouped_bars,
    progress_to_target,
    subdistrict_tiles,
    tile_map,
    trend,
)
from shared.web.formats import rupiah_short, whole
from shared.web.words import word

# A drawing as wide as a phone can't show more.
_MOST_POINTS = 120
HIDDEN = "∗"


def count_or_hidden(number: int | None) -> str:
    """Write a count; a sign where it is hidden, which may be to cover a smaller one."""
    return HIDDEN if number is None else whole(number)


def rupiah_or_hidden(amount: int | None) -> str:
    """Write rupiah in short; a sign where they would give a hidden count away."""
    return HIDDEN if amount is None else rupiah_short(amount)


def draw_map(shown: dict[str, Shown], figure: str, name: str, link: Callable[[str], str]) -> Chart:
    """Draw a figure of each sub-district where it lies."""
    values = {code: figures[figure] for code, figures in shown.items()}
    title = gettext("%(figure)s by sub-district", figure=name)
    return tile_map(title, subdistrict_tiles(values, link), count_or_hidden, column=name)


def draw_funnel(figures: dict[str, Any]) -> Chart:
    """Draw how many households reach each stage."""
    stages = [Stage(word(stage, "stage"), count) for stage, count in figures.items() if stage != "suppressed"]
    return funnel(
        gettext("From the list to graduation"), stages, count_or_hidden, column=gettext("Households")
    )


def draw_funding(session: AnySession, by: str, vocabulary: str) -> Chart | None:
    """Draw the four stages of funding by a grouping; None while there is none."""
    rows = [row for row in list_funding(session, by)["data"] if any(row[stage] for stage in STAGES)]
    groups = [
        Group(_group_name(row["key"], vocabulary), tuple(row[stage] for stage in STAGES)) for row in rows
    ]
    stages = [word(stage, "funding_stage") for stage in STAGES]
    return grouped_bars(gettext("Funding by stage"), stages, groups, rupiah_short) if groups else None


def _group_name(key: str, vocabulary: str) -> str:
    return gettext("Whatever is short") if key == "any" else word(key, vocabulary)


def draw_trend(session: AnySession, measure: str, name: str) -> Chart | None:
    """Draw a series, by day with its dated target, or by minute in the first days; None where nothing may be shown."""
    found = trace(session, measure)
    by_day = found["grain"] == "day"
    points = _points(found["data"], by_day=by_day)
    if not points:
        return None
    write = rupiah_short if found["unit"] == "IDR" else whole
    target = Point(TARGET.due, 0) if found["target"] and by_day else None
    return trend(name, points, write, column=name, target=target)


def draw_progress(session: AnySession, now: int | None, today: date) -> Chart | None:
    """Draw how much of the way to 0 is done since the list was longest; None where that may not be shown."""
    points = _points(trace(session, "people")["data"], by_day=True)
    if now is None or not points:
        return None
    start = max(points, key=lambda point: point.value)
    title = gettext("The way to 0")
    return progress_to_target(
        title, start=start, now=Point(today, now), target=Point(TARGET.due, 0), write=whole
    )


def _points(data: Sequence[dict[str, Any]], *, by_day: bool) -> list[Point]:
    shown = [row for row in data if row["value"] is not None]
    step = -(-len(shown) // _MOST_POINTS) or 1
    # Counted from the end, so that the present value is always among those kept.
    kept = list(reversed(shown[::-1][::step]))
    return [Point(_when(row["at"], by_day=by_day), row["value"]) for row in kept]


def _when(at: datetime, *, by_day: bool) -> date:
    local = at.astimezone(LOCAL_ZONE)
    return local.date() if by_day else local

"""What the pages draw: figures turned into charts, each with the table of what it shows."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date
from flask_babel import LazyString, gettext, ngettext

from services.reporting.funding.queries import STAGES, list_funding
from services.reporting.progress.domain import TARGET
from services.reporting.trend.domain import MEASURES
from services.reporting.trend.queries import follow
from shared import clock
from shared.clock import LOCAL_ZONE
from shared.database import AnySession
from shared.disclosure import Shown
from shared.web.charts import (
    Chart,
    Course,
    Group,
    Part,
    Stage,
    Way,
    courses,
    funnel,
    grouped_bars,
    progress_to_target,
    subdistrict_tiles,
    tile_map,
)
from shared.web.formats import day_short, percent, rupiah_short, whole
from shared.web.language import current_language
from shared.web.words import word

# A drawing as wide as a phone can't show more.
_MOST_MOMENTS = 120
_STAGES_OF_A_ROW = ("registered", "verified", "matched", "delivered")
HIDDEN = "∗"


def count_or_hidden(number: int | None) -> str:
    """Write a count; a sign where it is hidden, which may be to cover a smaller one."""
    return HIDDEN if number is None else whole(number)


def percent_or_hidden(figure: float | None, *, hidden: bool) -> str:
    """Write a percentage in whole; where there is none, tell whether it is hidden or unknown."""
    return HIDDEN if figure is None and hidden else percent(None if figure is None else figure / 100, 0)


def days_at_most(days: int) -> str:
    """Write how long a wait was at most: days are whole, so that none of them is less than one."""
    if days == 0:
        return str(gettext("less than a day"))
    return str(ngettext("at most %(days)s day", "at most %(days)s days", days, days=whole(days)))


def days_in_short(days: int | None) -> str:
    """Write days as a figure; a dash where there is none."""
    return "<1" if days == 0 else whole(days)


def rupiah_or_hidden(amount: int | None) -> str:
    """Write rupiah in short; a sign where they would give a hidden count away."""
    return HIDDEN if amount is None else rupiah_short(amount)


def published_period(period: str) -> str:
    """Write the year, month or day that a published value is for, given as `2024`, `2024-03` or `2024-03-20`."""
    precision = period.count("-")
    first_day = date.fromisoformat(period + "-01" * (2 - precision))
    return format_date(first_day, ("y", "MMMM y", "d MMMM y")[precision], locale=current_language())


def tells_anything(area: Mapping[str, Any]) -> bool:
    """Tell whether any figure of an area's row in the table of areas may be shown."""
    counts = [area["headline"]["people"], *(area["funnel"][stage] for stage in _STAGES_OF_A_ROW)]
    return any(count is not None for count in counts)


def draw_map(shown: Mapping[str, Shown], figure: str, name: str, link: Callable[[str], str]) -> Chart:
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


def draw_trend(session: AnySession, names: Mapping[str, LazyString]) -> Chart | None:
    """Draw some measures of one unit on one scale, from their zero until now; None before there is anything."""
    found = follow(session, list(names))
    kept = _thinned(len(found.moments))
    if not kept:
        return None
    by_day = found.grain == "day"
    before = found.moments[0] - (timedelta(days=1) if by_day else timedelta(minutes=1))
    moments = [_when(at, by_day=by_day) for at in (before, *(found.moments[n] for n in kept))]
    lines = {name: [0, *(found.values[name][n] for n in kept)] for name in names}
    now = _when(clock.now(), by_day=by_day)
    if moments[-1] < now:
        moments.append(now)
        lines = {name: [*values, values[-1]] for name, values in lines.items()}
    in_rupiah = MEASURES[next(iter(names))].unit == "IDR"
    return courses(
        gettext("Rupiah since the start") if in_rupiah else gettext("Households since the start"),
        moments,
        [Course(str(name), tuple(lines[measure])) for measure, name in names.items()],
        rupiah_or_hidden if in_rupiah else count_or_hidden,
    )


def draw_progress(progress: dict[str, Any], left: int | None) -> Chart | None:
    """Draw how much of the way to 0 is done, in people; None where nobody ever was on the list, or it is hidden."""
    if not left and not progress["graduated_people"]:
        return None
    way = Way(
        done=Part(gettext("Graduated"), progress["graduated_people"]),
        left=Part(gettext("Still on the list"), left),
        apart=Part(gettext("Removed after verification, no progress"), progress["removed_people"]),
        target=gettext("Target 0 · %(day)s", day=day_short(TARGET.due)),
    )
    return progress_to_target(gettext("The way to 0"), way, count_or_hidden)


def _thinned(number: int) -> list[int]:
    """Return which of so many moments a drawing can show: evenly apart, the last always among them."""
    step = -(-number // _MOST_MOMENTS) or 1
    return list(range(number))[::-1][::step][::-1]


def _when(at: datetime, *, by_day: bool) -> date:
    local = at.astimezone(LOCAL_ZONE)
    return local.date() if by_day else local.replace(second=0, microsecond=0)

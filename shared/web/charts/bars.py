"""Bars beside each other (never added up) and bars that are parts of a whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext
from markupsafe import Markup

from shared.web.charts.drawing import OUTLINE, WIDTH, Chart, Write, box, frame, legend, text

_VALUE_WIDTH = 96
_BAR = 13
_STEP = 17

# A plan and what came of it; the stages of the same money; things that differ in kind.
PLAN = (OUTLINE, "chart-1")
SHADES = (OUTLINE, "class-3", "class-4", "class-5")
KINDS = ("chart-1", "chart-2", "chart-3", "chart-4", "chart-5", "chart-6")


@dataclass(frozen=True, slots=True)
class Group:
    """One line of the chart: a name and a value for each series. None is not shown because it is small."""

    name: str
    values: tuple[int | None, ...]


def grouped_bars(
    title: str,
    series: Sequence[str],
    groups: Sequence[Group],
    write: Write,
    *,
    colours: Sequence[str] = SHADES,
) -> Chart:
    """Draw the series of each group as bars below each other: pledged, reserved, paid, delivered.

    The first of them is drawn empty, as what is promised or planned, unless `colours` say otherwise.
    """
    colours = colours or (PLAN if len(series) == 2 else SHADES)
    largest = max((value or 0 for group in groups for value in group.values), default=0) or 1
    top = 20 * ((len(series) + 1) // 2) + 12
    height = 22 + _STEP * len(series) + 10
    parts: list[Markup] = legend([(colours[n], name) for n, name in enumerate(series)], 0)
    for place, group in enumerate(groups):
        y = top + place * height
        parts.append(text(0, y + 12, group.name, size=14, bold=True))
        for n, value in enumerate(group.values):
            length = (WIDTH - _VALUE_WIDTH) * (value or 0) / largest
            tip = f"{group.name}, {series[n]}: {write(value)}"
            parts.append(box(0, y + 20 + n * _STEP, max(length, 1.5), _BAR, colours[n], tip=tip))
            parts.append(text(max(length, 1.5) + 6, y + 30.5 + n * _STEP, write(value), size=12.5))
    svg = frame(title, _describe(series, groups, write), top + height * len(groups), parts)
    return Chart(title, svg, (gettext("Group"), *series), _rows(groups, write))


def stacked_bars(
    title: str,
    series: Sequence[str],
    groups: Sequence[Group],
    write: Write,
    *,
    colours: Sequence[str] = KINDS,
) -> Chart:
    """Draw each group as one bar of parts; their sum stands at its end unless it would give a small part away."""
    totals = [sum(value or 0 for value in group.values) for group in groups]
    largest = max(totals, default=0) or 1
    top = 20 * ((len(series) + 1) // 2) + 12
    parts: list[Markup] = legend([(colours[n], name) for n, name in enumerate(series)], 0)
    for place, group in enumerate(groups):
        y = top + place * 48
        parts.append(text(0, y + 12, group.name, size=14, bold=True))
        if None not in group.values:
            parts.append(text(WIDTH, y + 12, write(totals[place]), size=14, anchor="end", bold=True))
        x = 0.0
        for n, value in enumerate(group.values):
            length = WIDTH * (value or 0) / largest
            # A line of ground between two parts tells them apart without their colours.
            tip = f"{group.name}, {series[n]}: {write(value)}"
            parts.append(box(x, y + 19, length - 1.5, 16, colours[n], tip=tip))
            x += length
    svg = frame(title, _describe(series, groups, write), top + 48 * len(groups), parts)
    return Chart(title, svg, (gettext("Group"), *series), _rows(groups, write))


def _rows(groups: Sequence[Group], write: Write) -> tuple[tuple[str, ...], ...]:
    return tuple((group.name, *(write(value) for value in group.values)) for group in groups)


def _describe(series: Sequence[str], groups: Sequence[Group], write: Write) -> str:
    return ". ".join(
        f"{group.name}: "
        + ", ".join(f"{name} {write(value)}" for name, value in zip(series, group.values, strict=True))
        for group in groups
    )

"""Bars below each other, which are never added up."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext
from markupsafe import Markup

from shared.web.charts.drawing import OUTLINE, WIDTH, Chart, Write, box, frame, legend, text

_VALUE_WIDTH = 96
_BAR = 13
_STEP = 17

# The stages of the same money: what is only promised is drawn empty.
_SHADES = (OUTLINE, "class-3", "class-4", "class-5")


@dataclass(frozen=True, slots=True)
class Group:
    """One line of the chart: a name and a value for each series. None is not shown because it is small."""

    name: str
    values: tuple[int | None, ...]


def grouped_bars(title: str, series: Sequence[str], groups: Sequence[Group], write: Write) -> Chart:
    """Draw up to four values of each group as bars below each other; 0 is a figure without a bar."""
    largest = max((value or 0 for group in groups for value in group.values), default=0) or 1
    top = 20 * ((len(series) + 1) // 2) + 12
    height = 22 + _STEP * len(series) + 10
    parts: list[Markup] = legend(list(zip(_SHADES, series, strict=False)))
    for place, group in enumerate(groups):
        y = top + place * height
        parts.append(text(0, y + 12, group.name, size=14, bold=True))
        for n, value in enumerate(group.values):
            length = (WIDTH - _VALUE_WIDTH) * (value or 0) / largest
            tip = f"{group.name}, {series[n]}: {write(value)}"
            if value:
                length = max(length, 1.5)
                parts.append(box(0, y + 20 + n * _STEP, length, _BAR, _SHADES[n], tip=tip))
            parts.append(text(length + 6 if length else 0, y + 30.5 + n * _STEP, write(value), size=12.5))
    svg = frame(title, _describe(series, groups, write), top + height * len(groups), parts)
    return Chart(title, svg, (gettext("Group"), *series), _rows(groups, write))


def _rows(groups: Sequence[Group], write: Write) -> tuple[tuple[str, ...], ...]:
    return tuple((group.name, *(write(value) for value in group.values)) for group in groups)


def _describe(series: Sequence[str], groups: Sequence[Group], write: Write) -> str:
    return ". ".join(
        f"{group.name}: "
        + ", ".join(f"{name} {write(value)}" for name, value in zip(series, group.values, strict=True))
        for group in groups
    )

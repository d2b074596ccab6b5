"""How several figures move over the same days, from one zero and on one scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date
from flask_babel import gettext
from markupsafe import Markup

from shared.clock import LOCAL_ZONE
from shared.web.charts.drawing import (
    COLOURS,
    WIDTH,
    Chart,
    Number,
    Write,
    axis_top,
    element,
    frame,
    line,
    text,
)
from shared.web.formats import day_short, time_of_day
from shared.web.language import current_language

Moment = date | datetime

_LEFT, _TOP, _HEIGHT = 52, 12, 190
_BASE = _TOP + _HEIGHT
# The name of a line and its last value, below each other; their place is between the two, the name as a whole
# inside the drawing.
_LABEL = 31
_HIGHEST = 18


@dataclass(frozen=True, slots=True)
class Course:
    """One line: its value from each moment until the next. None is not shown because it is small."""

    name: str
    values: tuple[Number | None, ...]


@dataclass(frozen=True, slots=True)
class _Plane:
    """Where a moment and a value lie: between `left` and `right`, from zero at the base up to `top`."""

    left: float
    right: float
    top: float
    first: float
    last: float

    def across(self, moment: Moment) -> float:
        """Return how far to the right a moment lies."""
        past = (_days(moment) - self.first) / ((self.last - self.first) or 1)
        return self.left + (self.right - self.left) * past

    def height(self, value: Number) -> float:
        """Return how far down a value lies."""
        return _BASE - _HEIGHT * value / self.top


def courses(title: str, moments: Sequence[Moment], several: Sequence[Course], write: Write) -> Chart:
    """Draw up to four lines in steps, each named at its end. The moments are in order, the last is now.

    Raises ValueError where there is no moment.
    """
    if not moments:
        raise ValueError("a course needs a moment")
    top, step = axis_top(max(value or 0 for course in several for value in course.values))
    labels = [_label(n * step, write) for n in range(round(top / step) + 1)]
    # Rupiah in short are wider than counts.
    left = max(_LEFT, 12 + 6.6 * max(map(len, labels)))
    named = max(max(6.4 * len(course.name), 7.4 * len(write(course.values[-1]))) for course in several)
    plane = _Plane(left, WIDTH - 22 - named, top, _days(moments[0]), _days(moments[-1]))
    parts = [*_grid(labels, plane), *_ends(moments, plane)]
    for n, course in enumerate(several, start=1):
        parts.append(_draw(_steps(moments, course.values, plane), f"chart-{n}"))
    parts += _names(several, plane, write)
    svg = frame(title, _describe(several, write), _BASE + 28, parts)
    rows = zip(map(_when, moments), *(map(write, course.values) for course in several), strict=True)
    first = gettext("Time") if isinstance(moments[0], datetime) else gettext("Day")
    return Chart(title, svg, (first, *(course.name for course in several)), tuple(rows))


def _days(moment: Moment) -> float:
    return moment.timestamp() / 86_400 if isinstance(moment, datetime) else float(moment.toordinal())


def _steps(moments: Sequence[Moment], values: Sequence[Number | None], plane: _Plane) -> str:
    """Return the path: a value holds until the next one, and is not drawn where it is hidden."""
    path: list[str] = []
    drawing = False
    for moment, value in zip(moments, values, strict=True):
        x = plane.across(moment)
        if drawing:
            path.append(f"H{x:.1f}")
        if value is not None:
            y = plane.height(value)
            path.append(f"V{y:.1f}" if drawing else f"M{x:.1f} {y:.1f}")
        drawing = value is not None
    return "".join(path)


def _draw(path: str, colour: str) -> Markup:
    return element(
        "path",
        d=path or None,
        fill="none",
        class_=f"stroke-{colour}",
        stroke=COLOURS[colour],
        stroke_width=2.5,
        stroke_linejoin="round",
    )


def _names(several: Sequence[Course], plane: _Plane, write: Write) -> list[Markup]:
    """Write the name and the last value of each line beside its end, so that no two cover each other."""
    # A line whose end is hidden is named at the zero. Of those that end together the last is the lowest.
    ends = sorted((plane.height(course.values[-1] or 0), n) for n, course in enumerate(several))
    drawn: list[Markup] = []
    for (y, n), place in zip(ends, _apart([y for y, _ in ends]), strict=True):
        course, colour, x = several[n], f"chart-{n + 1}", plane.right
        drawn += [
            line(x + 3, y, x + 15, place - 4, "quiet"),
            element("circle", cx=x, cy=y, r=4, class_=f"fill-{colour}", fill=COLOURS[colour]),
            text(x + 18, place - 5, course.name, size=12, colour="quiet"),
            text(x + 18, place + 10, write(course.values[-1]), size=14, bold=True),
        ]
    return drawn


def _apart(wanted: Sequence[float]) -> list[float]:
    """Return places as near as may be to those wanted, in order, none closer to another than a label is high."""
    places: list[float] = []
    for y in wanted:
        places.append(max(y, places[-1] + _LABEL if places else _HIGHEST))
    limit = _BASE - 4.0
    for n in reversed(range(len(places))):
        places[n] = min(places[n], limit)
        limit = places[n] - _LABEL
    return places


def _label(value: float, write: Write) -> str:
    return write(int(value) if value == int(value) else value)


def _grid(labels: Sequence[str], plane: _Plane) -> list[Markup]:
    drawn: list[Markup] = []
    for n, label in enumerate(labels):
        y = _BASE - _HEIGHT * n / (len(labels) - 1)
        drawn.append(line(plane.left, y, plane.right, y, "line" if n else "ink"))
        drawn.append(text(plane.left - 6, y + 4, label, size=12, colour="quiet", anchor="end"))
    return drawn


def _ends(moments: Sequence[Moment], plane: _Plane) -> list[Markup]:
    """Write the first and the last moment below their places."""
    y = _BASE + 20
    return [
        text(plane.left, y, _when(moments[0]), size=12, colour="quiet", anchor="middle"),
        text(plane.right, y, _when(moments[-1]), size=12, colour="quiet", anchor="middle"),
    ]


def _when(moment: Moment) -> str:
    """Write a day; of an instant its day and time, for a night may lie between two of them."""
    if not isinstance(moment, datetime):
        return day_short(moment)
    day = format_date(moment.astimezone(LOCAL_ZONE).date(), "d MMM", locale=current_language())
    return f"{day} {time_of_day(moment)}"


def _describe(several: Sequence[Course], write: Write) -> str:
    return "; ".join(
        gettext(
            "%(name)s from %(first)s to %(last)s",
            name=course.name,
            first=write(course.values[0]),
            last=write(course.values[-1]),
        )
        for course in several
    )

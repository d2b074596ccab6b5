"""Where a measure stands on the way to its dated target."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext
from markupsafe import Markup

from shared.web.charts.drawing import (
    COLOURS,
    WIDTH,
    Chart,
    Number,
    Write,
    axis_top,
    box,
    element,
    frame,
    line,
    text,
)
from shared.web.formats import day_short, percent, time_of_day

_LEFT, _RIGHT, _TOP, _HEIGHT = 52, 386, 16, 190
_MOST_DOTS = 24


@dataclass(frozen=True, slots=True)
class Point:
    """A value on a day, or at an instant of one."""

    day: date | datetime
    value: Number

    @property
    def when(self) -> str:
        """Return the day in words; the time of day of an instant."""
        return time_of_day(self.day) if isinstance(self.day, datetime) else day_short(self.day)

    @property
    def moment(self) -> float:
        """Return its place in time, in days."""
        if isinstance(self.day, datetime):
            return self.day.timestamp() / 86_400
        return float(self.day.toordinal() - date(1970, 1, 1).toordinal())


def trend(
    title: str, points: Sequence[Point], write: Write, *, column: str, target: Point | None = None
) -> Chart:
    """Draw a series from zero, in order of time, and a broken line to its target.

    Raises ValueError where there is no point.
    """
    if not points:
        raise ValueError("a trend needs a point")
    shown = [*points, target] if target else list(points)
    top, step = axis_top(max(point.value for point in shown))
    labels = [_label(n * step, write) for n in range(round(top / step) + 1)]
    # Rupiah in short are wider than counts.
    left = max(_LEFT, 12 + 6.6 * max(map(len, labels)))
    place = _placing(shown, top, left)
    parts = [*_grid(labels, left), *_days(shown, place), *_target(points[-1], target, place, write)]
    path = " ".join(f"{'L' if n else 'M'}{x:.1f} {y:.1f}" for n, (x, y) in enumerate(map(place, points)))
    parts.append(
        element(
            "path",
            d=path,
            fill="none",
            class_="stroke-chart-1",
            stroke=COLOURS["chart-1"],
            stroke_width=2.5,
            stroke_linejoin="round",
        )
    )
    # Where the points of a series touch each other only the last one is marked.
    parts += [_dot(point, place, write) for point in (points if len(points) <= _MOST_DOTS else points[-1:])]
    x, y = place(points[-1])
    above = y - 10 if y > _TOP + 14 else y + 20
    anchor = "end" if x > _RIGHT - 50 else "middle"
    parts.append(
        text(
            min(x + 10, _RIGHT) if anchor == "end" else x,
            above,
            write(points[-1].value),
            size=14,
            anchor=anchor,
            bold=True,
        )
    )
    svg = frame(title, _describe(points, target, write), _TOP + _HEIGHT + 28, parts)
    rows = [(point.when, write(point.value)) for point in points]
    if target:
        rows.append((f"{gettext('Target')} {target.when}", write(target.value)))
    return Chart(
        title,
        svg,
        (gettext("Time") if isinstance(points[0].day, datetime) else gettext("Day"), column),
        tuple(rows),
    )


def progress_to_target(title: str, *, start: Point, now: Point, target: Point, write: Write) -> Chart:
    """Draw how much of the way from the start to the target is done; nothing is done while it moves away."""
    way = start.value - target.value
    done = min(max((start.value - now.value) / way, 0), 1) if way else 1
    words = gettext("%(share)s of the way", share=percent(done, 0))
    mark = WIDTH * done
    anchor = "start" if done < 0.2 else "end" if done > 0.8 else "middle"
    parts = [
        text(mark, 14, f"{write(now.value)} · {words}", size=14, anchor=anchor, bold=True),
        box(0, 24, WIDTH, 18, "class-1"),
        box(0, 24, max(mark, 3), 18, "chart-1"),
        line(WIDTH - 1, 20, WIDTH - 1, 46, "ink"),
        text(0, 62, f"{write(start.value)} · {day_short(start.day)}", size=12, colour="quiet"),
        text(
            WIDTH,
            62,
            f"{gettext('Target')} {write(target.value)} · {day_short(target.day)}",
            size=12,
            anchor="end",
        ),
    ]
    rows = (
        (gettext("Start"), day_short(start.day), write(start.value)),
        (gettext("Now"), day_short(now.day), write(now.value)),
        (gettext("Target"), day_short(target.day), write(target.value)),
    )
    svg = frame(title, f"{write(now.value)}: {words}", 70, parts)
    return Chart(title, svg, ("", gettext("Day"), gettext("Value")), rows)


def sparkline(title: str, values: Sequence[Number]) -> Markup:
    """Draw the course of a series as small as a word; what it says must also stand beside it in words."""
    top = max([*values, 1])
    step = 96 / max(len(values) - 1, 1)
    places = [(2 + n * step, 26 - 22 * value / top) for n, value in enumerate(values)]
    path = " ".join(f"{'L' if n else 'M'}{x:.1f} {y:.1f}" for n, (x, y) in enumerate(places))
    curve = element(
        "path", d=path, fill="none", class_="stroke-chart-1", stroke=COLOURS["chart-1"], stroke_width=2
    )
    x, y = places[-1] if places else (2, 26)
    end = element("circle", cx=x, cy=y, r=2.5, class_="fill-chart-1", fill=COLOURS["chart-1"])
    return element(
        "svg",
        curve,
        end,
        viewBox="0 0 102 30",
        class_="sparkline",
        role="img",
        aria_label=title,
        width=102,
        height=30,
    )


def _placing(points: Sequence[Point], top: float, left: float) -> Callable[[Point], tuple[float, float]]:
    first = min(point.moment for point in points)
    span = max(point.moment for point in points) - first or 1

    def place(point: Point) -> tuple[float, float]:
        across = (point.moment - first) / span
        return left + 14 + across * (_RIGHT - left - 28), _TOP + _HEIGHT * (1 - point.value / top)

    return place


def _label(value: float, write: Write) -> str:
    return write(int(value) if value == int(value) else value)


def _grid(labels: Sequence[str], left: float) -> list[Markup]:
    drawn: list[Markup] = []
    for n, label in enumerate(labels):
        y = _TOP + _HEIGHT * (1 - n / (len(labels) - 1))
        drawn += [
            line(left, y, _RIGHT, y),
            text(left - 6, y + 4, label, size=12, colour="quiet", anchor="end"),
        ]
    return drawn


def _days(points: Sequence[Point], place: Callable[[Point], tuple[float, float]]) -> list[Markup]:
    """Write the first and last day, and the middle one where there is room."""
    y = _TOP + _HEIGHT + 20
    ends = [points[0], points[len(points) // 2], points[-1]] if len(points) > 2 else list(points)
    drawn: list[Markup] = []
    last = -100.0
    for point in ends:
        x = place(point)[0]
        if x - last >= 70:
            centre = min(x, WIDTH - 34)
            drawn.append(text(centre, y, point.when, size=12, colour="quiet", anchor="middle"))
            last = x
    return drawn


def _target(
    last: Point, target: Point | None, place: Callable[[Point], tuple[float, float]], write: Write
) -> list[Markup]:
    if target is None:
        return []
    (x1, y1), (x2, y2) = place(last), place(target)
    words = f"{gettext('Target')} {write(target.value)}"
    # Beside the broken line, on the side it does not come from.
    x, y = (x2 - 20, y2 - 5) if y2 > y1 else (x2, y2 - 14)
    diamond = f"M{x2:.1f} {y2 - 7:.1f}l7 7-7 7-7-7z"
    return [
        line(x1, y1, x2, y2, "quiet", dashes="4 4"),
        element(
            "path", d=diamond, class_="fill-accent stroke-ink", fill=COLOURS["accent"], stroke=COLOURS["ink"]
        ),
        text(x, y, words, size=12, anchor="end", bold=True),
    ]


def _dot(point: Point, place: Callable[[Point], tuple[float, float]], write: Write) -> Markup:
    x, y = place(point)
    tip = element("title", f"{point.when}: {write(point.value)}")
    return element(
        "circle", tip, cx=x, cy=y, r=4, class_="fill-surface stroke-chart-1", fill=COLOURS["surface"],
        stroke=COLOURS["chart-1"], stroke_width=2.5,
    )  # fmt: skip


def _describe(points: Sequence[Point], target: Point | None, write: Write) -> str:
    words = gettext(
        "From %(first)s (%(from)s) to %(last)s (%(to)s).",
        **{
            "first": write(points[0].value),
            "from": points[0].when,
            "last": write(points[-1].value),
            "to": points[-1].when,
        },
    )
    if target is None:
        return str(words)
    aim = gettext("Target: %(value)s by %(day)s.", value=write(target.value), day=target.when)
    return f"{words} {aim}"

"""What every chart is drawn with: elements, colours, scales, and the frame with its description."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any

from markupsafe import Markup, escape

# Every chart is as wide as a phone; the style sheet enlarges it where there is room.
WIDTH = 360

# The light colours of helix.css. A class of the same name turns them into the page's variable; where
# no style sheet reaches, as in the PDF, these hold.
COLOURS = {
    "chart-1": "#0b5d57",
    "chart-2": "#d08a1d",
    "chart-3": "#5b7fa6",
    "chart-4": "#8a9a5b",
    "chart-5": "#9a5b6e",
    "chart-6": "#6b7b78",
    "class-1": "#e3efe9",
    "class-2": "#b5d6cb",
    "class-3": "#79b3a5",
    "class-4": "#358177",
    "class-5": "#0b4f4a",
    "on-low": "#12312e",
    "on-high": "#ffffff",
    "ink": "#1b2a29",
    "quiet": "#53625f",
    "line": "#dcdcd2",
    "accent": "#f2b544",
    "hatch": "#b9bbb0",
    "surface": "#ffffff",
}

# What is planned or promised is drawn empty: it is not there yet.
OUTLINE = "outline"

Number = int | float
# Puts a value into words: one of `shared.web.formats`.
Write = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing and the table of what it shows, both in words ready to be read."""

    title: str
    svg: Markup
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __html__(self) -> str:
        return str(self.svg)


def element(tag: str, *children: str, **attributes: str | Number | None) -> Markup:
    """Return one SVG element. `class_` is `class`, `text_anchor` is `text-anchor`; None is left out."""
    pairs = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(_short(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    body = Markup("").join(escape(child) for child in children)
    return Markup(f"<{tag}{pairs}>{body}</{tag}>")  # noqa: S704 - escaped above


def _short(value: str | Number) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")


def box(x: Number, y: Number, width: Number, height: Number, colour: str, *, tip: str = "") -> Markup:
    """Return a filled rectangle with rounded corners; `tip` is shown when pointed at."""
    inside = [element("title", tip)] if tip else []
    return element(
        "rect",
        *inside,
        x=x,
        y=y,
        width=max(width, 0),
        height=height,
        rx=min(3, height / 2),
        **_paint(colour),
    )


def _paint(colour: str) -> dict[str, str]:
    if colour == OUTLINE:
        return {"class_": "outlined", "fill": COLOURS["surface"], "stroke": COLOURS["chart-1"]}
    return {"class_": f"fill-{colour}", "fill": COLOURS[colour]}


def text(
    x: Number,
    y: Number,
    words: str,
    *,
    size: Number = 12,
    colour: str = "ink",
    anchor: str = "start",
    bold: bool = False,
) -> Markup:
    """Return a line of text."""
    return element(
        "text",
        words,
        x=x,
        y=y,
        font_size=size,
        font_weight=700 if bold else 500,
        text_anchor=anchor if anchor != "start" else None,
        class_=f"fill-{colour}",
        fill=COLOURS[colour],
    )


def line(
    x1: Number, y1: Number, x2: Number, y2: Number, colour: str = "line", *, dashes: str | None = None
) -> Markup:
    """Return a straight line."""
    return element(
        "line",
        x1=x1,
        y1=y1,
        x2=x2,
        y2=y2,
        class_=f"stroke-{colour}",
        stroke=COLOURS[colour],
        stroke_width=1.5 if dashes else 1,
        stroke_dasharray=dashes,
    )


def hatch(name: str) -> Markup:
    """Return the pattern of what is not shown because it is small; fill with `url(#name)`."""
    stroke = element("path", d="M0 6L6 0", class_="stroke-hatch", stroke=COLOURS["hatch"], stroke_width=1.5)
    pattern = element("pattern", stroke, id=name, width=6, height=6, patternUnits="userSpaceOnUse")
    return element("defs", pattern)


def hatched(x: Number, y: Number, width: Number, height: Number, pattern: str) -> Markup:
    """Return a rectangle filled with the `hatch` of that name."""
    shape: dict[str, Number] = {"x": x, "y": y, "width": width, "height": height, "rx": min(3, height / 2)}
    ground = element("rect", **shape, class_="fill-surface", fill=COLOURS["surface"])
    return ground + element(
        "rect", **shape, fill=f"url(#{pattern})", class_="stroke-hatch", stroke=COLOURS["hatch"]
    )


def frame(
    title: str,
    description: str,
    height: Number,
    parts: Sequence[str],
    *,
    links: bool = False,
) -> Markup:
    """Return the whole drawing, named and described. With links it is a group, else one picture."""
    body = Markup("").join(escape(part) for part in parts)
    name = "chart-" + hashlib.sha256(f"{title}{description}{body}".encode()).hexdigest()[:10]
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", description, id=f"{name}-desc"),
        body,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {_short(height)}",
        class_="chart-drawing",
        role="group" if links else "img",
        aria_labelledby=f"{name}-title",
        aria_describedby=f"{name}-desc",
        font_family="Plus Jakarta Sans, Noto Sans, sans-serif",
    )


def legend(entries: Sequence[tuple[str, str]]) -> list[Markup]:
    """Return (colour, words) entries in two columns from the top; each line is 20 high."""
    drawn = []
    for index, (colour, words) in enumerate(entries):
        x, top = WIDTH / 2 * (index % 2), 20 * (index // 2)
        drawn += [box(x, top, 12, 12, colour), text(x + 18, top + 10.5, words)]
    return drawn


def axis_top(largest: Number) -> tuple[float, float]:
    """Return (top, step) of an axis from zero: 3 to 5 round steps that reach over the largest value."""
    if largest <= 0:
        return 1.0, 1.0
    magnitude = 10 ** floor(log10(largest))
    step = next(
        size * magnitude for size in (0.2, 0.25, 0.5, 1.0, 2.0, 2.5) if size * magnitude * 5 >= largest
    )
    steps = -(-largest // step)
    return steps * step, step

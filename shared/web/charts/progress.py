"""How much of the way to a target is done."""

from dataclasses import dataclass

from flask_babel import gettext

from shared.web.charts.drawing import WIDTH, Chart, Write, box, frame, hatch, hatched, line, text
from shared.web.formats import percent

_PATTERN = "hatch-apart"
# A hatched bar that is shorter than this looks like a broken letter; the words say the number by themselves.
_SHORTEST = 12


@dataclass(frozen=True, slots=True)
class Part:
    """A count with its name. None is not shown because it is small."""

    name: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Way:
    """What is done of it, what is left, what is neither; and in words what is to be reached, and when."""

    done: Part
    left: Part
    apart: Part
    target: str


def progress_to_target(title: str, way: Way, write: Write) -> Chart:
    """Draw what is done beside what is left; below it, hatched and on the same scale, what is neither."""
    done, left, apart = way.done, way.left, way.apart
    known = done.count is not None and left.count is not None
    whole = (done.count or 0) + (left.count or 0)
    share = percent((done.count or 0) / whole, 1) if known and whole else write(None)
    words = gettext("%(share)s of the way", share=share)
    scale = WIDTH / max(whole, apart.count or 0, 1)
    parts = [
        hatch(_PATTERN),
        text(0, 14, words, size=16, bold=True),
        text(WIDTH, 14, way.target, size=12, colour="quiet", anchor="end"),
        box(0, 24, scale * whole, 18, "class-1"),
    ]
    if done.count:
        parts.append(box(0, 24, max(scale * done.count, 3), 18, "chart-1"))
    parts += [
        line(scale * whole - 1, 20, scale * whole - 1, 46, "ink"),
        text(0, 60, _written(done, write)),
        text(WIDTH, 60, _written(left, write), anchor="end"),
    ]
    length = scale * (apart.count or 0)
    is_drawn = length >= _SHORTEST
    if is_drawn:
        parts.append(hatched(0, 74, length, 10, _PATTERN))
    parts.append(text(0, 102 if is_drawn else 82, _written(apart, write), colour="quiet"))
    described = "; ".join(_written(part, write) for part in (done, left, apart))
    svg = frame(title, f"{words}. {described}. {way.target}", 108 if is_drawn else 88, parts)
    rows = [(part.name, write(part.count)) for part in (done, left, apart)]
    return Chart(title, svg, ("", gettext("People")), (*rows, (words, way.target)))


def _written(part: Part, write: Write) -> str:
    return f"{part.name}: {write(part.count)}"

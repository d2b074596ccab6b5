"""How many get from each stage to the next."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext
from markupsafe import Markup

from shared.web.charts.drawing import WIDTH, Chart, Write, box, frame, hatch, hatched, text
from shared.web.formats import percent

_ROW = 56
_PATTERN = "hatch-funnel"
# A hidden count is drawn alike whatever it is, and too short to be taken for a large one.
_HIDDEN = 24


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. A count of None is not shown because it is small."""

    name: str
    count: int | None


def funnel(title: str, stages: Sequence[Stage], write: Write, *, column: str) -> Chart:
    """Draw the stages below each other, as wide as their counts; 0 has no bar, a hidden one a short hatch.

    `column` names the count in the table.
    """
    widest = max((stage.count or 0 for stage in stages), default=0) or 1
    parts: list[Markup] = [hatch(_PATTERN)]
    rows: list[tuple[str, ...]] = []
    before: int | None = None
    for place, stage in enumerate(stages):
        share = _share(stage.count, before) if place else ""
        parts += _draw(stage, place * _ROW, widest, write, share)
        rows.append((stage.name, write(stage.count), share))
        before = stage.count
    description = "; ".join(f"{stage.name} {write(stage.count)}" for stage in stages)
    svg = frame(title, description, len(stages) * _ROW, parts)
    return Chart(title, svg, (gettext("Stage"), column, gettext("Of the stage before")), tuple(rows))


def _draw(stage: Stage, y: float, widest: int, write: Write, share: str) -> list[Markup]:
    length = WIDTH * (stage.count or 0) / widest
    shown = write(stage.count)
    drawn = [
        text(0, y + 14, stage.name, size=14, bold=True),
        text(WIDTH, y + 14, shown, size=14, anchor="end", bold=True),
    ]
    if stage.count is None:
        drawn.append(hatched(0, y + 22, _HIDDEN, 16, _PATTERN))
    elif stage.count:
        drawn.append(box(0, y + 22, max(length, 2), 16, "chart-1", tip=f"{stage.name}: {shown}"))
    if share:
        words = gettext("%(share)s of the stage before", share=share)
        drawn.append(text(WIDTH, y + 50, words, size=12, colour="quiet", anchor="end"))
    return drawn


def _share(count: int | None, before: int | None) -> str:
    return percent(count / before, 0) if count is not None and before else ""

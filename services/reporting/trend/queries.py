"""A figure over time, from its changes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import accumulate, repeat
from typing import Any

from sqlalchemy import func, select

from services.reporting.progress.domain import TARGET
from services.reporting.projections.models import Change
from services.reporting.projections.queries import find_position
from services.reporting.trend.domain import MEASURES, YOUNG, Measure
from shared import clock
from shared.database import AnySession
from shared.disclosure import is_small


@dataclass(frozen=True, slots=True)
class Courses:
    """Values of some measures over the same moments, None where hidden; by `grain`, a day or a minute."""

    grain: str
    moments: list[datetime]
    values: dict[str, list[int | None]]


def trace(session: AnySession, name: str) -> dict[str, Any]:
    """Return the series of a measure, by day, or by minute while there are no more than two days."""
    measure = MEASURES[name]
    position = find_position(session)
    found = follow(session, [name])
    return {
        "object": "trend",
        "as_of": position.as_of if position else None,
        "measure": name,
        "unit": measure.unit,
        "grain": found.grain,
        "target": {"value": 0, **asdict(TARGET)} if measure.has_target else None,
        "data": [
            {"at": at, "value": value, "suppressed": value is None}
            for at, value in zip(found.moments, found.values[name], strict=True)
        ],
    }


def follow(session: AnySession, names: Sequence[str]) -> Courses:
    """Return the values of measures over time, by day, or by minute while there are no more than two days."""
    grain = _grain(session)
    columns = {column: getattr(Change, column) for name in names for column in _columns(MEASURES[name])}
    rows = session.execute(
        select(Change.start, *columns.values()).where(Change.grain == grain).order_by(Change.start)
    ).all()
    moments, *changes = zip(*rows, strict=True) if rows else [()] * (1 + len(columns))
    sums = {column: list(accumulate(each)) for column, each in zip(columns, changes, strict=True)}
    return Courses(grain, list(moments), {name: _shown(MEASURES[name], sums) for name in names})


def _columns(measure: Measure) -> tuple[str, ...]:
    return measure.column, *measure.counts


def _shown(measure: Measure, sums: Mapping[str, Sequence[int]]) -> list[int | None]:
    """Return the values of a measure, None wherever one of its counts is small."""
    counts = zip(*(sums[name] for name in measure.counts), strict=True)
    hidden = [any(map(is_small, each)) for each in counts] if measure.counts else repeat(False)
    return [
        None if small else max(0, value) for value, small in zip(sums[measure.column], hidden, strict=False)
    ]


def _grain(session: AnySession) -> str:
    first = session.scalar(select(func.min(Change.start)).where(Change.grain == "day"))
    return "day" if first is not None and first < clock.now() - YOUNG else "minute"

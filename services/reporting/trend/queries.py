"""A figure over time, from its changes."""

from dataclasses import asdict
from datetime import datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import func, select

from services.reporting.progress.domain import TARGET
from services.reporting.projections.models import Change
from services.reporting.projections.queries import find_position
from services.reporting.trend.domain import MEASURES, YOUNG, Measure
from shared import clock
from shared.database import AnySession
from shared.disclosure import is_small


def trace(session: AnySession, name: str) -> dict[str, Any]:
    """Return the series of a measure, by day, or by minute while there are no more than two days."""
    measure = MEASURES[name]
    position = find_position(session)
    grain = _grain(session)
    return {
        "object": "trend",
        "as_of": position.as_of if position else None,
        "measure": name,
        "unit": measure.unit,
        "grain": grain,
        "target": {"value": 0, **asdict(TARGET)} if measure.has_target else None,
        "data": _points(session, measure, grain),
    }


def _grain(session: AnySession) -> str:
    first = session.scalar(select(func.min(Change.start)).where(Change.grain == "day"))
    return "day" if first is not None and first < clock.now() - YOUNG else "minute"


def _points(session: AnySession, measure: Measure, grain: str) -> list[dict[str, Any]]:
    columns = [getattr(Change, name) for name in (measure.column, *measure.counts)]
    rows = session.execute(
        select(Change.start, *columns).where(Change.grain == grain).order_by(Change.start)
    ).all()
    sums = [list(accumulate(row[place] for row in rows)) for place in range(1, len(columns) + 1)]
    return [
        _point(row[0], value, counts) for row, value, *counts in zip(rows, sums[0], *sums[1:], strict=True)
    ]


def _point(at: datetime, value: int, counts: list[int]) -> dict[str, Any]:
    hidden = any(is_small(count) for count in counts)
    return {"at": at, "value": None if hidden else max(0, value), "suppressed": hidden}

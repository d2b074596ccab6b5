"""The indicators with their values: the registry's own, and the published ones as they were published."""

import csv
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from services.reporting.indicators.domain import BY_ID, DEFINITIONS, OFFICIAL, Definition
from services.reporting.progress.domain import percentage
from services.reporting.progress.queries import population_of, show_areas
from services.reporting.projections.queries import find_position
from shared.errors import NotFound

AnySession = Session | scoped_session[Any]
Value = dict[str, Any]

_OWN = {"method": "count of the registry by events, live", "source": "Helix registry"}


def list_indicators(session: AnySession, regency: str) -> list[dict[str, Any]]:
    """Return every indicator with its values."""
    own = _own_values(session, regency)
    return [_render(definition, own) for definition in DEFINITIONS]


def find_indicator(session: AnySession, identity: str, regency: str) -> dict[str, Any]:
    """Return one indicator; raise NotFound."""
    if identity not in BY_ID:
        raise NotFound("indicator")
    return _render(BY_ID[identity], _own_values(session, regency))


@cache
def official_values() -> dict[str, list[Value]]:
    """Return the published values of each indicator, oldest first, each with its method and source."""
    text = files(__package__).joinpath("jombang_poverty.csv").read_text("utf-8")
    found: dict[str, list[Value]] = {}
    for row in csv.DictReader(text.splitlines()):
        found.setdefault(row["indicator"], []).append(
            {
                "period": row["period"],
                "value": float(row["value"]) if "." in row["value"] else int(row["value"]),
                "unit": row["unit"],
                "method": row["method"],
                "source": row["source"],
                "suppressed": False,
            }
        )
    return {name: sorted(values, key=lambda value: value["period"]) for name, values in found.items()}


def _own_values(session: AnySession, regency: str) -> dict[str, Value]:
    position = find_position(session)
    shown: dict[str, Any] = dict(show_areas(session, regency)[regency])
    shown["rate"] = percentage(shown["people"], population_of(regency, regency))
    period = position.as_of.isoformat() if position and position.as_of else None
    return {
        name: {"period": period, "value": value, **_OWN, "suppressed": value is None}
        for name, value in shown.items()
    }


def _render(definition: Definition, own: dict[str, Value]) -> dict[str, Any]:
    official = definition.kind == OFFICIAL
    values = official_values()[definition.id] if official else [own[str(definition.figure)]]
    return {
        "object": "indicator",
        "id": definition.id,
        "kind": definition.kind,
        "unit": definition.unit,
        "name": definition.name,
        "definition": definition.text,
        "values": [{"unit": definition.unit, **value} for value in values],
    }

"""The indicators with their values: the registry's own, and the published ones as they were published."""

import csv
from functools import cache
from importlib.resources import files
from typing import Any

from services.reporting.indicators.domain import OFFICIAL, Definition
from services.reporting.progress.domain import coverage_of, percentage, way_of
from services.reporting.progress.queries import SUBDISTRICTS, find_standing, population_of, waiting_days
from shared.database import AnySession
from shared.errors import NotFound

Value = dict[str, Any]

_OWN = {"method": "count of the registry by events, live", "source": "Helix registry"}


def list_indicators(session: AnySession, regency: str) -> list[dict[str, Any]]:
    """Return every indicator with its values."""
    own = _own_values(session, regency)
    return [_render(definition, own) for definition in definitions().values()]


def find_indicator(session: AnySession, identity: str, regency: str) -> dict[str, Any]:
    """Return one indicator; raise NotFound."""
    if identity not in definitions():
        raise NotFound("indicator")
    return _render(definitions()[identity], _own_values(session, regency))


@cache
def definitions() -> dict[str, Definition]:
    """Return the definition of every indicator, by its id."""
    return {row["id"]: Definition(**row) for row in _rows("definitions.csv")}


@cache
def official_values() -> dict[str, list[Value]]:
    """Return the published values of each indicator, oldest first, each with its method and source."""
    found: dict[str, list[Value]] = {}
    for row in _rows("jombang_poverty.csv"):
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


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(files(__package__).joinpath(name).read_text("utf-8").splitlines()))


def _own_values(session: AnySession, regency: str) -> dict[str, Value]:
    standing = find_standing(session, regency, SUBDISTRICTS)
    shown = standing.shown[regency]
    figures: dict[str, Any] = {
        **shown,
        "rate": percentage(shown["people"], population_of(regency, regency)),
        "start": way_of(shown).start,
        "share": way_of(shown).share,
        "coverage": coverage_of(shown)["needs"],
        **waiting_days(session, [regency])[regency],
    }
    period = standing.as_of.isoformat() if standing.as_of else None
    return {
        name: {"period": period, "value": value, **_OWN, "suppressed": value is None}
        for name, value in figures.items()
    }


def _render(definition: Definition, own: dict[str, Value]) -> dict[str, Any]:
    official = definition.kind == OFFICIAL
    values = official_values()[definition.id] if official else [own[definition.figure]]
    return {
        "object": "indicator",
        "id": definition.id,
        "created_at": definition.created_at,
        "kind": definition.kind,
        "unit": definition.unit,
        "name": definition.name,
        "definition": definition.text,
        "values": [{"unit": definition.unit, **value} for value in values],
    }

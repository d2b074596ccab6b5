"""Keeping the board's copy of households and needs. Few statements, however many events."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.events.envelope import Received
from shared.events.programs import (
    HouseholdGraduated,
    HouseholdHeld,
    HouseholdRejected,
    HouseholdReleased,
    HouseholdVerified,
    NeedClosed,
    NeedRecorded,
    VerificationLapsed,
)

# What an event says about a household; the other columns stay as they are.
_SAYS: dict[type, dict[str, bool]] = {
    HouseholdVerified: {"verified": True},
    HouseholdRejected: {"verified": False},
    VerificationLapsed: {"verified": False},
    HouseholdGraduated: {"verified": False},
    HouseholdHeld: {"held": True},
    HouseholdReleased: {"held": False},
}

_KEEP_HOUSEHOLDS = text("""
    INSERT INTO board_household (id, desa, verified, held)
    SELECT said.id, said.desa, coalesce(said.verified, known.verified, false), coalesce(said.held, known.held, false)
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:places AS text[]), CAST(:verified AS boolean[]), CAST(:held AS boolean[])
    ) AS said (id, desa, verified, held)
    LEFT JOIN board_household known ON known.id = said.id
    ORDER BY said.id
    ON CONFLICT (id) DO UPDATE SET desa = excluded.desa, verified = excluded.verified, held = excluded.held
""")
_KEEP_NEEDS = text("""
    INSERT INTO board_need (id, household, category, unit, item, quantity, value_idr, closed)
    SELECT *, false FROM unnest(
        CAST(:ids AS uuid[]), CAST(:households AS uuid[]), CAST(:categories AS text[]), CAST(:units AS text[]),
        CAST(:items AS text[]), CAST(:quantities AS bigint[]), CAST(:values AS bigint[])
    )
    ORDER BY 1
    ON CONFLICT (id) DO UPDATE SET
        category = excluded.category, unit = excluded.unit, item = excluded.item,
        quantity = excluded.quantity, value_idr = excluded.value_idr, closed = false
""")
_CLOSE_NEEDS = text("UPDATE board_need SET closed = true WHERE id = ANY(CAST(:ids AS uuid[]))")


def apply_household_events(session: Session, events: Sequence[Received]) -> None:
    """Keep where each household lives and whether it may be reached. Does not commit."""
    said: dict[Any, dict[str, Any]] = {}
    for received in events:
        event: Any = received.data
        said.setdefault(event.household, {}).update(desa=event.desa, **_SAYS.get(type(event), {}))
    session.execute(
        _KEEP_HOUSEHOLDS,
        {
            "ids": list(said),
            "places": [row["desa"] for row in said.values()],
            "verified": [row.get("verified") for row in said.values()],
            "held": [row.get("held") for row in said.values()],
        },
    )
    _apply_needs(session, [received.data for received in events])


def _apply_needs(session: Session, events: Iterable[Any]) -> None:
    """Write the needs as the last event of each leaves them: recorded first, then closed."""
    recorded: dict[Any, NeedRecorded] = {}
    closed: dict[Any, None] = {}
    for event in events:
        if isinstance(event, NeedRecorded):
            recorded[event.need] = event
            closed.pop(event.need, None)
        elif isinstance(event, NeedClosed):
            closed[event.need] = None
    if recorded:
        session.execute(_KEEP_NEEDS, _columns(recorded.values()))
    if closed:
        session.execute(_CLOSE_NEEDS, {"ids": list(closed)})


def _columns(needs: Iterable[NeedRecorded]) -> dict[str, Any]:
    rows = list(needs)
    return {
        "ids": [need.need for need in rows],
        "households": [need.household for need in rows],
        "categories": [need.category for need in rows],
        "units": [need.unit for need in rows],
        "items": [need.item for need in rows],
        "quantities": [need.quantity for need in rows],
        "values": [need.value_idr for need in rows],
    }

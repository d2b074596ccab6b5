"""Keeping the copy of households and needs, and the board. Few statements, however many events.

What was told last holds, by its offset on the topic: an event that was put aside comes whenever it
is handed back.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.donations.board.models import ToldGap
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
from shared.gaps import keep_gaps

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
    INSERT INTO board_household AS known (id, desa, verified, held, desa_in, verified_in, held_in)
    SELECT id, desa, coalesce(verified, false), coalesce(held, false), desa_in, verified_in, held_in FROM unnest(
        CAST(:ids AS uuid[]), CAST(:desa AS text[]), CAST(:verified AS boolean[]), CAST(:held AS boolean[]),
        CAST(:desa_in AS bigint[]), CAST(:verified_in AS bigint[]), CAST(:held_in AS bigint[])
    ) AS said (id, desa, verified, held, desa_in, verified_in, held_in)
    ORDER BY id
    ON CONFLICT (id) DO UPDATE SET
        desa = CASE WHEN excluded.desa_in >= known.desa_in THEN excluded.desa ELSE known.desa END,
        verified = CASE WHEN excluded.verified_in >= greatest(known.verified_in, 0)
            THEN excluded.verified ELSE known.verified END,
        held = CASE WHEN excluded.held_in >= greatest(known.held_in, 0) THEN excluded.held ELSE known.held END,
        desa_in = greatest(known.desa_in, excluded.desa_in),
        verified_in = greatest(known.verified_in, excluded.verified_in),
        held_in = greatest(known.held_in, excluded.held_in)
""")
_KEEP_NEEDS = text("""
    INSERT INTO board_need AS known
        (id, household, category, unit, item, quantity, value_idr, recorded_in, closed)
    SELECT *, false FROM unnest(
        CAST(:ids AS uuid[]), CAST(:households AS uuid[]), CAST(:categories AS text[]), CAST(:units AS text[]),
        CAST(:items AS text[]), CAST(:quantities AS bigint[]), CAST(:values AS bigint[]), CAST(:offsets AS bigint[])
    )
    ORDER BY 1
    ON CONFLICT (id) DO UPDATE SET
        category = excluded.category, unit = excluded.unit, item = excluded.item,
        quantity = excluded.quantity, value_idr = excluded.value_idr, recorded_in = excluded.recorded_in,
        closed = known.closed AND known.closed_in > excluded.recorded_in
    WHERE excluded.recorded_in >= known.recorded_in
""")
_CLOSE_NEEDS = text("""
    INSERT INTO board_need AS known (id, household, category, unit, quantity, value_idr, closed, closed_in)
    SELECT id, household, category, '', 0, 0, true, closed_in FROM unnest(
        CAST(:ids AS uuid[]), CAST(:households AS uuid[]), CAST(:categories AS text[]), CAST(:offsets AS bigint[])
    ) AS said (id, household, category, closed_in)
    ORDER BY id
    ON CONFLICT (id) DO UPDATE SET
        closed = known.closed OR excluded.closed_in >= known.recorded_in,
        closed_in = greatest(known.closed_in, excluded.closed_in)
""")


def apply_gaps(session: Session, events: Sequence[Received]) -> None:
    """Keep what is short of each kind, as it was told last. Does not commit."""
    keep_gaps(session, ToldGap, events)


def apply_household_events(session: Session, events: Sequence[Received]) -> None:
    """Keep where each household lives and whether it may be reached. Does not commit."""
    said: dict[Any, dict[str, Any]] = {}
    for received in sorted(events, key=_offset):
        event: Any = received.data
        known = said.setdefault(event.household, {})
        for name, value in {"desa": event.desa, **_SAYS.get(type(event), {})}.items():
            known |= {name: value, f"{name}_in": received.offset}
    columns = {name: [row.get(name) for row in said.values()] for name in ("desa", "verified", "held")}
    offsets = {
        name: [row.get(name, -1) for row in said.values()] for name in ("desa_in", "verified_in", "held_in")
    }
    session.execute(_KEEP_HOUSEHOLDS, {"ids": list(said)} | columns | offsets)
    _apply_needs(session, events)


def _apply_needs(session: Session, events: Iterable[Received]) -> None:
    """Write the needs as the last event of each leaves them: recorded first, then closed."""
    recorded: dict[Any, Received] = {}
    closed: dict[Any, Received] = {}
    for received in sorted(events, key=_offset):
        event = received.data
        if isinstance(event, NeedRecorded):
            recorded[event.need] = received
            closed.pop(event.need, None)
        elif isinstance(event, NeedClosed):
            closed[event.need] = received
    if recorded:
        session.execute(_KEEP_NEEDS, _columns(recorded.values()))
    if closed:
        session.execute(_CLOSE_NEEDS, _columns_of_closed(closed.values()))


def _offset(received: Received) -> int:
    """Return what orders the events of one household; those of several are in different partitions."""
    return received.offset


def _columns(events: Iterable[Received]) -> dict[str, Any]:
    told: list[tuple[int, Any]] = [(received.offset, received.data) for received in events]
    needs = [need for _, need in told]
    return {
        "ids": [need.need for need in needs],
        "households": [need.household for need in needs],
        "categories": [need.category for need in needs],
        "units": [need.unit for need in needs],
        "items": [need.item for need in needs],
        "quantities": [need.quantity for need in needs],
        "values": [need.value_idr for need in needs],
        "offsets": [offset for offset, _ in told],
    }


def _columns_of_closed(events: Iterable[Received]) -> dict[str, Any]:
    told: list[tuple[int, Any]] = [(received.offset, received.data) for received in events]
    return {
        "ids": [need.need for _, need in told],
        "households": [need.household for _, need in told],
        "categories": [need.category for _, need in told],
        "offsets": [offset for offset, _ in told],
    }

"""The outbox: an event is written in the transaction of the change it tells of, and published later."""

from collections.abc import Iterable
from uuid import UUID

import msgspec
from sqlalchemy import text

from shared import bell, clock
from shared.bus.interface import LARGEST_VALUE
from shared.database import AnySession
from shared.events.catalogue import topic_of
from shared.events.envelope import Poison, Received, encode_data, read_data
from shared.events.event import Event
from shared.ids import new_id
from shared.telemetry.context import current_trace

# The sequence numbers follow the order of the events, because the rows are sorted before they get theirs.
_INSERT = text("""
    INSERT INTO outbox (id, topic, key, type, headers, value, created_at)
    SELECT id, topic, key, type, headers::json, value, :now
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:topics AS text[]), CAST(:keys AS text[]), CAST(:types AS text[]),
        CAST(:headers AS text[]), CAST(:values AS bytea[])
    ) WITH ORDINALITY AS row (id, topic, key, type, headers, value, place)
    ORDER BY place
""")


def record(session: AnySession, event: Event, *, cause: Received | None = None) -> UUID:
    """Write an event to be published once the session's transaction commits; return its id.

    Order per key holds only if the transaction has locked the aggregate's row before.
    """
    return record_all(session, (event,), cause=cause)[0]


def record_all(session: AnySession, events: Iterable[Event], *, cause: Received | None = None) -> list[UUID]:
    """Write events, in order, in one statement; return their ids."""
    return record_effects(session, [(event, cause) for event in events])


def record_effects(session: AnySession, effects: Iterable[tuple[Event, Received | None]]) -> list[UUID]:
    """Write events, each with the one it follows from, in order, in one statement; return their ids."""
    rows = [(new_id(), event, cause, _encode(event)) for event, cause in effects]
    if not rows:
        return []
    session.execute(
        _INSERT,
        {
            "now": clock.now(),
            "ids": [event_id for event_id, _, _, _ in rows],
            "topics": [topic_of(event.service) for _, event, _, _ in rows],
            "keys": [str(event.key) for _, event, _, _ in rows],
            "types": [event.type_name() for _, event, _, _ in rows],
            "headers": [_context(event, cause) for _, event, cause, _ in rows],
            "values": [value for _, _, _, value in rows],
        },
    )
    bell.ring_after_commit(session, bell.OUTBOX)
    return [event_id for event_id, _, _, _ in rows]


def _encode(event: Event) -> bytes:
    """Return the event's data, which every reader takes; raise ValueError where the event is a bug.

    A struct checks its fields only while it is decoded: what its writer got wrong would be committed
    here and put aside there, and what it tells of would never be heard of.
    """
    value = encode_data(event)
    if len(value) > LARGEST_VALUE:
        # The relay could never publish it, and everything behind it would wait for ever.
        raise ValueError(f"{event.type_name()} has {len(value)} bytes; {LARGEST_VALUE} is the most")
    try:
        read_data(event.type_name(), value)
    except Poison as refusal:
        raise ValueError(f"{event.type_name()} {refusal.reason}: {refusal.detail}") from None
    return value


def _context(event: Event, cause: Received | None) -> str:
    """Return, as JSON, the journey the event belongs to and what caused it."""
    journey: str | None = None
    source: str | None = None
    traceparent: str | None = None
    if cause is not None:
        journey, source, traceparent = cause.correlation_id, str(cause.id), cause.traceparent
    elif (trace := current_trace()) is not None:
        journey, source, traceparent = trace.correlation_id, trace.request_id, trace.traceparent
    found = {
        "correlationid": journey or str(event.key),
        "causationid": source,
        "traceparent": traceparent,
    }
    return msgspec.json.encode({name: value for name, value in found.items() if value}).decode()

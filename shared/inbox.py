"""What keeps an event from taking effect twice: the place that is stored with it, and its id.

The place (the fence) stops redelivery and a worker that does not know it was replaced; the id (the
inbox) stops a record that was published twice. Each lets pass what the other one stops.

What was put aside is known as well: its second copy comes later than it was told, and would take back
what was told meanwhile. It takes effect when its letter is handed back, in the place where it was told.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.bus.interface import Part, Positions

# A record published twice comes within minutes; a dead letter may be handed back after weeks.
KEPT = timedelta(days=90)

_PURGED_AT_ONCE = 10_000

_SELECT = text("""
    SELECT topic, part, next_offset FROM consumer_offset
    WHERE consumer = :consumer AND (topic, part) IN (
        SELECT * FROM unnest(CAST(:topics AS text[]), CAST(:parts AS integer[]))
    )
""")
_BEGIN = text("""
    INSERT INTO consumer_offset (consumer, topic, part, next_offset)
    SELECT :consumer, * FROM unnest(CAST(:topics AS text[]), CAST(:parts AS integer[]), CAST(:nexts AS bigint[]))
    ON CONFLICT DO NOTHING
""")
_ADVANCE = text("""
    UPDATE consumer_offset SET next_offset = move.next
    FROM unnest(
        CAST(:topics AS text[]), CAST(:parts AS integer[]), CAST(:expected AS bigint[]), CAST(:nexts AS bigint[])
    ) AS move (topic, part, expected, next)
    WHERE consumer_offset.consumer = :consumer
      AND consumer_offset.topic = move.topic AND consumer_offset.part = move.part
      AND consumer_offset.next_offset = move.expected
""")
# NULL where all were new, as nearly always: to send thousands of ids back costs more than to store them.
_ACCEPT = text("""
    WITH fresh AS (
        INSERT INTO inbox (event_id) SELECT unnest(CAST(:ids AS uuid[])) ON CONFLICT DO NOTHING
        RETURNING event_id
    )
    SELECT CASE WHEN count(*) < :all THEN coalesce(array_agg(event_id), '{}') END FROM fresh
""")
_ACCEPT_AGAIN = text("""
    INSERT INTO inbox (event_id) SELECT unnest(CAST(:ids AS uuid[]))
    ON CONFLICT (event_id) DO UPDATE SET aside = false WHERE inbox.aside
    RETURNING event_id
""")
_SET_ASIDE = text("INSERT INTO inbox (event_id, aside) VALUES (:id, true) ON CONFLICT DO NOTHING")
_KNOWN = text("SELECT event_id FROM inbox WHERE event_id = ANY(CAST(:ids AS uuid[])) AND NOT aside")
# By the clock that they were received by: a process whose own is ahead must not forget those of today.
_PURGE = text("""
    DELETE FROM inbox WHERE event_id IN (
        SELECT event_id FROM inbox WHERE received_at < now() - :kept LIMIT :most
    )
""")


class FenceLost(Exception):
    """Another worker has moved on from the expected place: it reads these partitions now."""


def positions(
    session: Session, consumer: str, parts: Sequence[Part], beginning: Callable[[str], Positions]
) -> dict[Part, int]:
    """Return where the consumer goes on in each partition.

    A partition it has never read begins where the bus does; `beginning` is asked for that by topic.
    """
    found = _stored(session, consumer, parts)
    missing = [part for part in parts if part not in found]
    if not missing:
        return found
    starts = {part: start for topic in {p.topic for p in missing} for part, start in beginning(topic).items()}
    session.execute(
        _BEGIN, {"consumer": consumer, "nexts": [starts[part] for part in missing]} | _columns(missing)
    )
    return _stored(session, consumer, parts)


def advance(session: Session, consumer: str, moves: Mapping[Part, tuple[int, int]]) -> None:
    """Move the consumer from the expected to the next offset of each partition; raises FenceLost."""
    # Sorted, so that two workers lock the rows in one order.
    parts = sorted(moves)
    result = session.execute(
        _ADVANCE,
        {
            "consumer": consumer,
            "expected": [moves[part][0] for part in parts],
            "nexts": [moves[part][1] for part in parts],
        }
        | _columns(parts),
    )
    if result.rowcount != len(parts):  # type: ignore[attr-defined]
        raise FenceLost


def accept(session: Session, ids: Collection[UUID]) -> set[UUID]:
    """Store the ids; return those that were not there before."""
    if not ids:
        return set()
    # One text, because the driver takes its time over every element of a list.
    written = "{" + ",".join([event_id.hex for event_id in ids]) + "}"
    fresh = session.execute(_ACCEPT, {"ids": written, "all": len(ids)}).scalar_one()
    return set(ids if fresh is None else fresh)


def accept_again(session: Session, ids: Collection[UUID]) -> set[UUID]:
    """Store the ids of events that are handed back; return those that have not taken effect."""
    return set(session.execute(_ACCEPT_AGAIN, {"ids": list(ids)}).scalars()) if ids else set()


def set_aside(session: Session, event: UUID) -> None:
    """Note that an event was put aside: from now on it takes effect only when it is handed back."""
    session.execute(_SET_ASIDE, {"id": event})


def applied(session: Session, ids: Collection[UUID]) -> set[UUID]:
    """Return those of the ids whose events have taken effect."""
    return set(session.execute(_KNOWN, {"ids": list(ids)}).scalars()) if ids else set()


def purge(session: Session) -> bool:
    """Forget ids that are older than anything that may still come; return True if more are left."""
    result = session.execute(_PURGE, {"kept": KEPT, "most": _PURGED_AT_ONCE})
    return bool(result.rowcount == _PURGED_AT_ONCE)  # type: ignore[attr-defined]


def _stored(session: Session, consumer: str, parts: Sequence[Part]) -> dict[Part, int]:
    rows = session.execute(_SELECT, {"consumer": consumer} | _columns(parts))
    return {Part(topic, part): offset for topic, part, offset in rows}


def _columns(parts: Sequence[Part]) -> dict[str, list[str] | list[int]]:
    return {"topics": [part.topic for part in parts], "parts": [part.partition for part in parts]}

"""Builds tables anew from the topics, beside those that go on serving.

The sessions given to it look into a shadow schema first (`search_path`), which has tables of the
exchange of its own: so places and ids are those of the rebuild, and what handlers would tell others
stays in a shadow outbox that nobody publishes. The way of a rebuild:

1. `prepare` the shadow schema, make the projections' tables in it.
2. `replay` up to `positions` of the live consumer, which goes on meanwhile; repeat while it is far behind.
3. In one transaction: `positions(..., lock=True)`, which halts the live consumer; `replay` up to
   exactly these; swap the tables; commit. The live consumer goes on with the next event.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.bus.interface import Bus, BusUnavailable, Message, Part, Record
from shared.tables import EXCHANGE
from shared.worker.applier import Applier, Outcome
from shared.worker.handler import Handler
from shared.worker.intake import Intake

BATCH = 5_000
POLL_SECONDS = 1.0

# What is to be replayed is there. Where nothing of it has come for so long, the bus is away.
PATIENCE_SECONDS = 60.0

_POSITIONS = text("""
    SELECT topic, part, next_offset FROM consumer_offset
    WHERE consumer = :consumer AND topic = ANY(:topics) ORDER BY topic, part
""")
_POSITIONS_LOCKED = text(f"{_POSITIONS.text} FOR UPDATE")


def prepare(session: Session, schema: str) -> None:
    """Make a fresh shadow schema with the tables of the exchange, and go on in it. Does not commit."""
    session.execute(text(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'))
    session.execute(text(f'CREATE SCHEMA "{schema}"'))
    session.execute(text(f'SET LOCAL search_path = "{schema}", public'))
    for statement in EXCHANGE:
        session.execute(text(statement))


def positions(
    session: Session, consumer: str, topics: Sequence[str], *, lock: bool = False
) -> dict[Part, int]:
    """Return how far a consumer is; with `lock` it stays there until the session's transaction ends."""
    query = _POSITIONS_LOCKED if lock else _POSITIONS
    rows = session.execute(query, {"consumer": consumer, "topics": list(topics)})
    return {Part(topic, part): offset for topic, part, offset in rows}


def replay(
    bus: Bus,
    handlers: Sequence[Handler],
    sessions: Callable[[], Session],
    consumer: str,
    upto: Mapping[Part, int],
) -> int:
    """Apply what the topics hold from where this rebuild is up to (not including) the offsets; return the events.

    Each batch is one transaction with its place, so a replay that ended goes on where it was. What
    can't be taken is passed over: it is in the live consumer's dead letters already. Raises
    BusUnavailable where nothing comes any more: a reader of Kafka waits for ever, without an error.
    """
    intake = Intake(consumer, handlers, sessions, bus)
    applier = Applier(consumer, handlers, sessions, _Nowhere(), window=None)
    reader = bus.consumer(None, sorted({part.topic for part in upto}), intake.locate)
    applied = 0
    in_hand: Future[Outcome] | None = None
    came_at = time.monotonic()
    with ThreadPoolExecutor(1, thread_name_prefix="replay") as thread:
        try:
            intake.locate(sorted(upto))
            while any(intake.expected[part] < end for part, end in upto.items()):
                # The next batch is read and decoded while the one before is in its transaction.
                records = [r for r in reader.poll(POLL_SECONDS, BATCH) if r.offset < upto.get(r.part, 0)]
                came_at = _still_coming(records, came_at)
                batch = intake.batch(records)
                applied += in_hand.result().applied if in_hand else 0
                in_hand = thread.submit(applier.apply, batch) if records else None
            applied += in_hand.result().applied if in_hand else 0
        finally:
            reader.close()
    return applied


def _still_coming(records: Sequence[Record], came_at: float) -> float:
    """Return when records came last; raise BusUnavailable where that is too long ago."""
    now = time.monotonic()
    if not records and now - came_at > PATIENCE_SECONDS:
        raise BusUnavailable(f"nothing came from the bus for {PATIENCE_SECONDS:.0f} s")
    return now if records else came_at


class _Nowhere:
    """Stands where a producer would: a rebuild tells nobody anything."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Let the messages go."""

    def close(self) -> None:
        """Hold nothing."""

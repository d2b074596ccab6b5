"""How a service's exchange stands: told by its workers every few seconds, read by its web processes."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.bus.interface import Bus, BusUnavailable, Part
from shared.database import AnySession

TOLD_EVERY_SECONDS = 5.0

# What was told longer ago says nothing of now: the workers have ended, or can't get on.
FRESH_SECONDS = 30.0

_TELL = text("""
    INSERT INTO worker_state (told_at, bus_answers, lag)
    SELECT clock_timestamp(), :bus_answers, sum(greatest(0, part.stop - coalesce(place.next_offset, 0)))
    FROM unnest(CAST(:topics AS text[]), CAST(:parts AS integer[]), CAST(:stops AS bigint[]))
        AS part (topic, part, stop)
    LEFT JOIN consumer_offset AS place
        ON (place.consumer, place.topic, place.part) = (:consumer, part.topic, part.part)
    ON CONFLICT (one) DO UPDATE
        SET told_at = excluded.told_at, bus_answers = excluded.bus_answers, lag = excluded.lag
""")
_READ = text("""
    SELECT worker.bus_answers, worker.lag,
        extract(epoch FROM clock_timestamp() - worker.told_at)::float,
        coalesce(extract(epoch FROM clock_timestamp() - outbox.oldest), 0)::float
    FROM (SELECT min(created_at) AS oldest FROM outbox) AS outbox LEFT JOIN worker_state AS worker ON true
""")


@dataclass(frozen=True, slots=True)
class State:
    """Whether the bus answers, how many records wait to be applied, and ages in seconds.

    `bus_answers` and `lag` are None where no worker has told of late; `lag` also while the bus is away.
    """

    bus_answers: bool | None
    lag: int | None
    worker_seconds: float | None
    outbox_seconds: float


def tell(session: Session, bus: Bus, consumer: str, topics: list[str]) -> None:
    """Write down how it stands now. Does not commit."""
    ends: dict[Part, int] = {}
    try:
        ends = {part: end for topic in topics for part, end in bus.end_offsets(topic).items()}
        answers = bool(ends) or bus.healthy()
    except BusUnavailable:
        answers = False
    session.execute(
        _TELL,
        {
            "bus_answers": answers,
            "consumer": consumer,
            "topics": [part.topic for part in ends],
            "parts": [part.partition for part in ends],
            "stops": list(ends.values()),
        },
    )


def read(session: AnySession) -> State:
    """Return how the exchange stands, by what its workers told."""
    answers, lag, age, outbox = session.execute(_READ).one()
    if age is None or age > FRESH_SECONDS:
        answers = lag = None
    return State(answers, lag, age, outbox)

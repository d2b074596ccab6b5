"""How events travel from one service to another, and what is guaranteed on the way."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import outbox
from shared.bus import BusUnavailable, Message, Producer, Record
from shared.events.donations import StakeholderApproved
from shared.events.envelope import Received
from shared.events.programs import HouseholdReleased
from shared.ids import new_id
from shared.inbox import FenceLost
from shared.relay import Relay
from shared.worker import Handler, Task
from tests.drain import Drained, drain
from tests.prefixed_bus import PrefixedBus
from tests.shared.exchange.side import HANDLERS, MakeSide, Side, approved

VILLAGE = "35.17.01.2001"


@contextmanager
def _relay(side: Side, bus: PrefixedBus) -> Iterator[Relay]:
    relay = side.worker(bus).parts.relay()
    try:
        yield relay
    finally:
        relay.close()


def _drain(donations: Side, reporting: Side, bus: PrefixedBus) -> Drained:
    return drain(donations.worker(bus), reporting.worker(bus, handlers=HANDLERS))


def test_events_take_effect_once_and_in_the_order_of_their_key(
    donations: Side, reporting: Side, bus: PrefixedBus
) -> None:
    keys = [new_id() for _ in range(5)]
    for start in range(0, 1_300, 260):
        donations.tell(*(approved(keys[n % 5], n) for n in range(start, start + 260)))
    assert _drain(donations, reporting, bus) == Drained(published=1_300, applied=1_300)
    rows = reporting.query("SELECT key, name::int FROM seen ORDER BY place")
    for key in keys:
        mine = [name for owner, name in rows if owner == key]
        assert len(mine) == 260
        assert all(before < after for before, after in pairwise(mine))
    assert _drain(donations, reporting, bus) == Drained()


def test_a_published_row_leaves_the_outbox(donations: Side, reporting: Side, bus: PrefixedBus) -> None:
    donations.tell(approved(new_id(), 1))
    with _relay(donations, bus) as relay:
        assert relay.publish_all() == 1
    assert donations.query("SELECT count(*) FROM outbox") == [(0,)]


def test_a_rolled_back_change_tells_nothing(donations: Side, reporting: Side, bus: PrefixedBus) -> None:
    with donations.sessions() as session:
        outbox.record(session, approved(new_id(), 1))
        session.rollback()
    assert _drain(donations, reporting, bus) == Drained()


def test_rows_stay_in_the_outbox_until_the_bus_has_acknowledged_them(
    donations: Side, reporting: Side, bus: PrefixedBus
) -> None:
    class Refusing:
        def publish(self, _messages: Sequence[Message]) -> None:
            raise BusUnavailable("away")

        def close(self) -> None:
            pass

    donations.tell(approved(new_id(), 1), approved(new_id(), 2))
    with _relay(donations, bus) as relay:
        real, relay._producer = relay._producer, Refusing()
        with pytest.raises(BusUnavailable):
            relay.publish_batch()
        assert donations.query("SELECT count(*) FROM outbox") == [(2,)]
        relay._producer = real
    assert _drain(donations, reporting, bus).applied == 2


def test_the_next_relay_takes_over_at_once(donations: Side, bus: PrefixedBus) -> None:
    for _ in range(30):
        with _relay(donations, bus) as relay:
            assert relay.publish_batch() is not None


@pytest.mark.parametrize("together", [True, False])
def test_a_record_published_twice_takes_effect_once(
    donations: Side, reporting: Side, bus: PrefixedBus, *, together: bool
) -> None:
    class Forgetting:
        """Publishes, and then dies before anyone knows."""

        def __init__(self, real: Producer) -> None:
            self._real = real

        def publish(self, messages: Sequence[Message]) -> None:
            self._real.publish(messages)
            raise BusUnavailable("the answer was lost")

        def close(self) -> None:
            self._real.close()

    key = new_id()
    donations.tell(*(approved(key, n) for n in range(10)))
    with _relay(donations, bus) as relay:
        relay._producer = Forgetting(relay._producer)
        with pytest.raises(BusUnavailable):
            relay.publish_batch()
    # Both copies come in one batch, or the second when the first has taken effect.
    before = 0 if together else drain(reporting.worker(bus, handlers=HANDLERS)).applied
    assert before == (0 if together else 10)
    donations.tell(*(approved(key, n) for n in range(10, 15)))
    assert _drain(donations, reporting, bus) == Drained(published=15, applied=15 - before)
    assert reporting.names() == [str(n) for n in range(15)]


def test_two_relays_never_work_at_once(donations: Side, reporting: Side, bus: PrefixedBus) -> None:
    donations.tell(approved(new_id(), 1))
    with _relay(donations, bus) as first, _relay(donations, bus) as second:
        assert first.publish_batch() == 1
        assert second.publish_batch() is None


def test_a_worker_that_was_replaced_applies_nothing(
    donations: Side, reporting: Side, bus: PrefixedBus
) -> None:
    donations.tell(*(approved(new_id(), n) for n in range(20)))
    with _relay(donations, bus) as relay:
        relay.publish_all()
    parts = reporting.worker(bus, handlers=HANDLERS).parts
    batches = []
    for _ in range(2):
        intake = parts.intake()
        consumer = bus.consumer(None, parts.topics, intake.locate)
        records: list[Record] = []
        while len(records) < 20:
            records += consumer.poll(1, 100)
        batches.append(intake.batch(records))
        consumer.close()
    parts.applier().apply(batches[0])
    with pytest.raises(FenceLost):
        parts.applier().apply(batches[1])
    assert len(reporting.names()) == 20


def test_what_a_handler_causes_travels_on_with_its_journey(
    donations: Side, reporting: Side, make_side: MakeSide, bus: PrefixedBus
) -> None:
    key, journeys = new_id(), []

    def answer(session: Session, events: list[Received]) -> None:
        for event in events:
            journeys.append(event)
            outbox.record(session, HouseholdReleased(household=new_id(), desa=VILLAGE), cause=event)

    def listen(_session: Session, events: list[Received]) -> None:
        journeys.extend(events)

    programs = make_side("programs", HELIX_IDENTITY_KEY="1", HELIX_BLIND_INDEX_KEY="1", HELIX_AUDIT_KEY="1")
    between = programs.worker(bus, handlers=[Handler((StakeholderApproved,), answer)])
    donations.tell(approved(key, "one"))
    drain(donations.worker(bus), between)
    drain(between, reporting.worker(bus, handlers=[Handler((HouseholdReleased,), listen)]))
    cause, effect = journeys[0], journeys[-1]
    assert effect.correlation_id == cause.correlation_id == str(key)
    assert effect.causation_id == str(cause.id)


def test_a_task_runs_until_it_has_enough_and_by_one_worker_at_a_time(
    donations: Side, reporting: Side, bus: PrefixedBus
) -> None:
    left = [3]

    def count_down(session: Session) -> bool:
        session.execute(text("INSERT INTO number VALUES (1)"))
        left[0] -= 1
        return left[0] > 0

    worker = donations.worker(bus, tasks=[Task("count", count_down, timedelta(hours=1))])
    task = worker.parts.tasks[0]
    with donations.sessions() as session:
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('count', 1))"))
        assert worker.parts.run_task(task) is False
    while worker.parts.run_task(task):
        pass
    assert donations.query("SELECT count(*) FROM number") == [(3,)]

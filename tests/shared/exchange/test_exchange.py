"""How events travel from one service to another, and what is guaranteed on the way."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import dead_letters, outbox
from shared.bus import BusUnavailable, Message, Part
from shared.dead_letters import Position
from shared.events.catalogue import dead_letter_topic_of
from shared.events.donations import StakeholderApproved, StakeholderSuspended
from shared.events.envelope import Envelope, Origin, Received
from shared.ids import new_id
from shared.inbox import FenceLost
from shared.relay import Relay
from shared.worker import Drained, Handler, Task, drain
from shared.worker.faults import MostlyPoison
from tests.shared.exchange.side import HANDLERS, approved


@contextmanager
def _relay(side, bus) -> Iterator[Relay]:
    relay = side.worker(bus).parts.relay()
    try:
        yield relay
    finally:
        relay.close()


def _drain(donations, reporting, bus) -> Drained:
    return drain(donations.worker(bus), reporting.worker(bus, handlers=HANDLERS))


def test_events_take_effect_once_and_in_the_order_of_their_key(donations, reporting, bus) -> None:
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


def test_a_published_row_leaves_the_outbox(donations, reporting, bus) -> None:
    donations.tell(approved(new_id(), 1))
    with _relay(donations, bus) as relay:
        assert relay.publish_all() == 1
    assert donations.query("SELECT count(*) FROM outbox") == [(0,)]


def test_a_rolled_back_change_tells_nothing(donations, reporting, bus) -> None:
    with donations.sessions() as session:
        outbox.record(session, approved(new_id(), 1))
        session.rollback()
    assert _drain(donations, reporting, bus) == Drained()


def test_rows_stay_in_the_outbox_until_the_bus_has_acknowledged_them(donations, reporting, bus) -> None:
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


def test_a_record_published_twice_takes_effect_once(donations, reporting, bus) -> None:
    class Forgetting:
        """Publishes, and then dies before anyone knows."""

        def __init__(self, real) -> None:
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
    donations.tell(*(approved(key, n) for n in range(10, 15)))
    assert _drain(donations, reporting, bus) == Drained(published=15, applied=15)
    assert reporting.names() == [str(n) for n in range(15)]


def test_two_relays_never_work_at_once(donations, reporting, bus) -> None:
    donations.tell(approved(new_id(), 1))
    with _relay(donations, bus) as first, _relay(donations, bus) as second:
        assert first.publish_batch() == 1
        assert second.publish_batch() is None


def test_a_worker_that_was_replaced_applies_nothing(donations, reporting, bus) -> None:
    donations.tell(*(approved(new_id(), n) for n in range(20)))
    with _relay(donations, bus) as relay:
        relay.publish_all()
    parts = reporting.worker(bus, handlers=HANDLERS).parts
    batches = []
    for _ in range(2):
        intake = parts.intake()
        consumer = bus.consumer(None, parts.topics, intake.locate)
        records = []
        while len(records) < 20:
            records += consumer.poll(1, 100)
        batches.append(intake.batch(records))
        consumer.close()
    parts.applier().apply(batches[0])
    with pytest.raises(FenceLost):
        parts.applier().apply(batches[1])
    assert len(reporting.names()) == 20


def test_an_event_that_breaks_a_rule_is_put_aside_and_the_others_take_effect(
    donations, reporting, bus
) -> None:
    donations.tell(
        *(approved(new_id(), name) for name in ("one", "breaks a rule", "two", "is no number", "three"))
    )
    assert _drain(donations, reporting, bus) == Drained(published=5, applied=3, dead_letters=2)
    assert sorted(reporting.names()) == ["one", "three", "two"]
    found = {letter.reason: letter for letter in dead_letters.list_(bus, "reporting")}
    assert (found["breaks_rule"].error, found["breaks_rule"].attempts) == ("not_now", 1)
    assert found["database_refuses"].error == "SQLSTATE 22P02"
    assert found["breaks_rule"].topic == "helix.donations"
    assert reporting.query("SELECT count(*) FROM inbox") == [(3,)]


def test_a_bug_is_tried_three_times_and_told_without_data(donations, reporting, bus) -> None:
    donations.tell(approved(new_id(), "meets a bug"), approved(new_id(), "fine"))
    assert _drain(donations, reporting, bus) == Drained(published=2, applied=1, dead_letters=1)
    (letter,) = dead_letters.list_(bus, "reporting")
    assert (letter.reason, letter.attempts) == ("bug", 3)
    assert letter.error.startswith("KeyError at see:")
    assert "meets a bug" not in letter.error


def test_a_record_that_is_not_an_event_is_put_aside(donations, reporting, bus) -> None:
    good = Envelope(new_id(), StakeholderSuspended.type_name(), outbox.clock.now(), "k", {})
    headers = good.headers(Origin("/helix/35.17/donations", "http://x/schemas/"))
    unidentified = tuple(header for header in headers if header[0] != "ce_id")
    producer = bus.producer()
    producer.publish(
        [
            Message("helix.donations", b"k", unidentified, b"{}"),
            Message("helix.donations", b"k", headers, b"not json"),
            Message("helix.donations", b"k", headers, b'{"stakeholder": 5}'),
            Message("helix.donations", b"k", (), b""),
        ]
    )
    producer.close()
    assert _drain(donations, reporting, bus) == Drained(dead_letters=4)
    found = sorted(letter.reason for letter in dead_letters.list_(bus, "reporting"))
    assert found == ["fails_schema", "missing_header", "missing_header", "not_json"]


def test_an_unknown_version_waits_in_the_dead_letters_and_an_unknown_event_passes(
    donations, reporting, bus
) -> None:
    origin = Origin("/helix/35.17/donations", "http://x/schemas/")
    types = ("id.helix.donations.stakeholder-suspended.v9", "id.helix.donations.something-else.v1")
    producer = bus.producer()
    for type_name in types:
        envelope = Envelope(new_id(), type_name, outbox.clock.now(), "k", {})
        producer.publish([Message("helix.donations", b"k", envelope.headers(origin), b"{}")])
    producer.close()
    assert _drain(donations, reporting, bus) == Drained(dead_letters=1)
    (letter,) = dead_letters.list_(bus, "reporting")
    assert (letter.type, letter.reason) == (types[0], "unknown_version")


def test_the_worker_stops_where_most_events_are_poison(donations, reporting, bus) -> None:
    donations.tell(*(approved(new_id(), "breaks a rule") for _ in range(30)))
    with pytest.raises(MostlyPoison):
        _drain(donations, reporting, bus)
    assert list(dead_letters.list_(bus, "reporting")) == []
    assert reporting.query("SELECT sum(next_offset) FROM consumer_offset") == [(0,)]


def test_a_redriven_letter_takes_effect_once_and_only_there(donations, reporting, make_side, bus) -> None:
    programs = make_side("programs", HELIX_IDENTITY_KEY="1", HELIX_BLIND_INDEX_KEY="1", HELIX_AUDIT_KEY="1")
    broken = {"yes": True}

    def mended_later(session: Session, events: list[Received]) -> None:
        if broken:
            raise ValueError
        HANDLERS[0].apply(session, events)

    handlers = (Handler((StakeholderApproved,), mended_later),)
    workers = (
        donations.worker(bus),
        reporting.worker(bus, handlers=handlers),
        programs.worker(bus, handlers=HANDLERS),
    )
    donations.tell(approved(new_id(), "one"), approved(new_id(), "two"))
    assert drain(*workers) == Drained(published=2, applied=2, dead_letters=2)
    broken.clear()
    assert dead_letters.redrive(bus, "reporting", {Position.parse("0:0")}) == 1
    assert drain(*workers).applied == 1
    assert dead_letters.redrive(bus, "reporting") == 2
    assert dead_letters.redrive(bus, "reporting") == 2
    assert drain(*workers).applied == 1
    assert sorted(reporting.names()) == ["one", "two"]
    assert len(programs.names()) == 2


def test_a_letter_that_fails_again_tells_where_it_first_came_from(donations, reporting, bus) -> None:
    donations.tell(approved(new_id(), "breaks a rule"))
    _drain(donations, reporting, bus)
    dead_letters.redrive(bus, "reporting")
    _drain(donations, reporting, bus)
    first, second = dead_letters.list_(bus, "reporting")
    assert (second.topic, second.partition, second.offset) == (first.topic, first.partition, first.offset)
    assert (first.attempts, second.attempts) == (1, 2)
    assert dead_letters.show(bus, "reporting", second.position) == second
    assert dead_letters.show(bus, "reporting", Position(0, 99)) is None


def test_dead_letters_are_written_before_the_place_moves_past_them(donations, reporting, bus) -> None:
    donations.tell(approved(new_id(), "breaks a rule"))
    with _relay(donations, bus) as relay:
        relay.publish_all()

    class Away:
        def publish(self, messages: Sequence[Message]) -> None:
            if messages:
                raise BusUnavailable("away")

        def close(self) -> None:
            pass

    parts = reporting.worker(bus, handlers=HANDLERS).parts
    intake, applier = parts.intake(), parts.applier()
    applier._producer = Away()
    consumer = bus.consumer(None, parts.topics, intake.locate)
    records = []
    while not records:
        records = consumer.poll(1, 100)
    with pytest.raises(Exception, match="BusUnavailable"):
        applier.apply(intake.batch(records))
    consumer.close()
    assert reporting.query("SELECT sum(next_offset) FROM consumer_offset") == [(0,)]
    assert bus.end_offsets(dead_letter_topic_of("reporting")) == {
        Part(dead_letter_topic_of("reporting"), 0): 0
    }


def test_what_a_handler_causes_travels_on_with_its_journey(donations, reporting, make_side, bus) -> None:
    key, journeys = new_id(), []

    def answer(session: Session, events: list[Received]) -> None:
        for event in events:
            journeys.append(event)
            outbox.record(session, StakeholderSuspended(stakeholder=event.data.key), cause=event)

    def listen(_session: Session, events: list[Received]) -> None:
        journeys.extend(events)

    first = reporting.worker(bus, handlers=[Handler((StakeholderApproved,), answer)])
    donations.tell(approved(key, "one"))
    drain(donations.worker(bus), first)
    listener = make_side("programs", HELIX_IDENTITY_KEY="1", HELIX_BLIND_INDEX_KEY="1", HELIX_AUDIT_KEY="1")
    drain(first, listener.worker(bus, handlers=[Handler((StakeholderSuspended,), listen)]))
    cause, effect = journeys[0], journeys[-1]
    assert effect.correlation_id == cause.correlation_id == str(key)
    assert effect.causation_id == str(cause.id)


def test_a_task_runs_until_it_has_enough_and_by_one_worker_at_a_time(donations, reporting, bus) -> None:
    left = [3]

    def count_down(session: Session) -> bool:
        session.execute(text("INSERT INTO number VALUES (1)"))
        left[0] -= 1
        return left[0] > 0

    worker = donations.worker(bus, tasks=[Task("count", count_down, timedelta(hours=1))])
    task = worker.parts.tasks[0]
    with donations.sessions() as session:
        session.execute(text("SELECT pg_advisory_lock(hashtextextended('count', 1))"))
        assert worker.parts.run_task(task) is False
        session.execute(text("SELECT pg_advisory_unlock(hashtextextended('count', 1))"))
    while worker.parts.run_task(task):
        pass
    assert donations.query("SELECT count(*) FROM number") == [(3,)]

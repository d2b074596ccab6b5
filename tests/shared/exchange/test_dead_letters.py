"""Events that can't be taken: put aside with the reason, looked at, handed back."""

from collections.abc import Sequence

import pytest
from sqlalchemy.orm import Session

from shared import clock, dead_letters
from shared.bus import BusUnavailable, Message, Part, Record
from shared.dead_letters import Position
from shared.errors import Conflict
from shared.events.catalogue import dead_letter_topic_of, redrive_topic_of
from shared.events.donations import StakeholderApproved, StakeholderSuspended
from shared.events.envelope import Envelope, Origin, Received, encode_data
from shared.ids import new_id
from shared.worker import Handler
from shared.worker.faults import MostlyPoison
from tests.drain import Drained, drain
from tests.prefixed_bus import PrefixedBus
from tests.shared.exchange.side import HANDLERS, MakeSide, Side, approved


def _drain(donations: Side, reporting: Side, bus: PrefixedBus) -> Drained:
    return drain(donations.worker(bus), reporting.worker(bus, handlers=HANDLERS))


def test_an_event_that_breaks_a_rule_is_put_aside_and_the_others_take_effect(
    donations: Side, reporting: Side, bus: PrefixedBus
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
    assert reporting.query("SELECT aside, count(*) FROM inbox GROUP BY aside ORDER BY aside") == [
        (False, 3),
        (True, 2),
    ]


def test_a_bug_is_tried_three_times_and_told_without_data(
    donations: Side, reporting: Side, bus: PrefixedBus
) -> None:
    donations.tell(approved(new_id(), "meets a bug"), approved(new_id(), "fine"))
    assert _drain(donations, reporting, bus) == Drained(published=2, applied=1, dead_letters=1)
    (letter,) = dead_letters.list_(bus, "reporting")
    assert (letter.reason, letter.attempts) == ("bug", 3)
    assert letter.error.startswith("KeyError at see:")
    assert "meets a bug" not in letter.error


def test_a_record_that_is_not_an_event_is_put_aside(
    donations: Side, reporting: Side, bus: PrefixedBus
) -> None:
    good = Envelope(new_id(), StakeholderSuspended.type_name(), clock.now(), "k", {})
    headers = good.headers(Origin("/helix/35.17/donations", "http://x/schemas/"))
    unidentified = tuple(header for header in headers if header[0] != "ce_id")
    producer = bus.producer()
    producer.publish(
        [
            Message("helix.donations", b"k", unidentified, b"{}"),
            Message("helix.donations", b"k", headers, b"not json"),
            Message("helix.donations", b"k", headers, b'{"stakeholder": 5}'),
            Message("helix.donations", b"k", (), b""),
            Message("helix.donations", b"k", headers, b'{"more":' + b"[" * 100_000),
            Message("helix.donations", b"k", (*headers, ("dlq_attempts", b"many")), b"[]"),
            Message("helix.donations", b"k", (*headers, ("noise", b"n" * 1_000)), b"x" * 1_040_000),
        ]
    )
    producer.close()
    assert _drain(donations, reporting, bus) == Drained(dead_letters=7)
    letters = list(dead_letters.list_(bus, "reporting"))
    found = sorted(letter.reason for letter in letters)
    assert found == ["fails_schema", "fails_schema", *["missing_header"] * 2, *["not_json"] * 3]
    assert all(letter.topic == "helix.donations" and letter.attempts == 1 for letter in letters)
    assert max(len(letter.value) for letter in letters) == 1_040_000


def test_an_unknown_version_waits_in_the_dead_letters_and_an_unknown_event_passes(
    donations: Side, reporting: Side, bus: PrefixedBus
) -> None:
    origin = Origin("/helix/35.17/donations", "http://x/schemas/")
    types = ("id.helix.donations.stakeholder-suspended.v9", "id.helix.donations.something-else.v1")
    producer = bus.producer()
    for type_name in types:
        envelope = Envelope(new_id(), type_name, clock.now(), "k", {})
        producer.publish([Message("helix.donations", b"k", envelope.headers(origin), b"{}")])
    producer.close()
    assert _drain(donations, reporting, bus) == Drained(dead_letters=1)
    (letter,) = dead_letters.list_(bus, "reporting")
    assert (letter.type, letter.reason) == (types[0], "unknown_version")


def test_the_worker_stops_where_most_events_are_poison(
    donations: Side, reporting: Side, bus: PrefixedBus
) -> None:
    donations.tell(*(approved(new_id(), "breaks a rule") for _ in range(30)))
    with pytest.raises(MostlyPoison):
        _drain(donations, reporting, bus)
    assert list(dead_letters.list_(bus, "reporting")) == []
    assert reporting.query("SELECT sum(next_offset) FROM consumer_offset") == [(0,)]


def test_whoever_has_looked_lets_the_worker_put_all_of_it_aside(
    donations: Side, reporting: Side, bus: PrefixedBus
) -> None:
    donations.tell(*(approved(new_id(), "breaks a rule") for _ in range(30)))
    worker = reporting.worker(bus, handlers=HANDLERS)
    worker.put_all_aside()
    assert drain(donations.worker(bus), worker).dead_letters == 30


def test_records_that_are_no_events_stop_nobody_however_many_come(
    donations: Side, reporting: Side, bus: PrefixedBus
) -> None:
    producer = bus.producer()
    producer.publish([Message("helix.donations", b"k", (), b"garbage") for _ in range(300)])
    producer.close()
    donations.tell(approved(new_id(), "fine"))
    assert _drain(donations, reporting, bus) == Drained(published=1, applied=1, dead_letters=300)


def test_a_healthy_worker_goes_on_where_many_of_a_large_batch_are_poison(
    donations: Side, reporting: Side, bus: PrefixedBus
) -> None:
    names = ["fine"] * 390 + ["breaks a rule"] * 110
    donations.tell(*(approved(new_id(), name) for name in names))
    moved = _drain(donations, reporting, bus)
    assert moved == Drained(published=500, applied=390, dead_letters=110)
    assert reporting.names() == ["fine"] * 390


def test_a_redriven_letter_takes_effect_once_and_only_there(
    donations: Side, reporting: Side, make_side: MakeSide, bus: PrefixedBus
) -> None:
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


def test_a_redriven_event_is_told_with_the_place_it_came_from_first(
    donations: Side, reporting: Side, bus: PrefixedBus
) -> None:
    places: list[tuple[str, int, int]] = []

    def taken_at_the_third_try(_session: Session, events: list[Received]) -> None:
        places.extend((event.topic, event.partition, event.offset) for event in events)
        if len(places) < 9:
            raise Conflict("not_now", "This breaks a rule.")

    handlers = (Handler((StakeholderApproved,), taken_at_the_third_try),)
    workers = donations.worker(bus), reporting.worker(bus, handlers=handlers)
    key = new_id()
    donations.tell(approved(key, "first"), approved(key, "second"))
    drain(*workers)
    while dead_letters.redrive(bus, "reporting") and drain(*workers).dead_letters:
        pass
    first, second = sorted(set(places))
    assert (first[0], second[:2], second[2]) == ("helix.donations", first[:2], first[2] + 1)


def test_the_second_copy_of_what_was_put_aside_waits_for_the_letter(
    donations: Side, reporting: Side, bus: PrefixedBus
) -> None:
    broken = [True]
    taken: list[tuple[str, int]] = []

    def take_first_once_it_is_mended(_session: Session, events: list[Received]) -> None:
        for event in events:
            name = getattr(event.data, "name", "")
            if name == "first" and broken[0]:
                raise Conflict("not_now", "This breaks a rule.")
            taken.append((name, event.offset))

    key = new_id()
    donations.tell(approved(key, "first"), approved(key, "second"))
    worker = reporting.worker(bus, handlers=(Handler((StakeholderApproved,), take_first_once_it_is_mended),))
    assert drain(donations.worker(bus), worker).dead_letters == 1
    broken[0] = False
    _publish_again(bus, "helix.donations")
    assert drain(worker) == Drained()
    dead_letters.redrive(bus, "reporting")
    assert drain(worker).applied == 1
    assert taken == [("second", 1), ("first", 0)]


def _publish_again(bus: PrefixedBus, topic: str) -> None:
    """Do what a relay does whose rows outlive its publishing."""
    consumer = bus.consumer(None, [topic], lambda parts: dict.fromkeys(parts, 0))
    records: list[Record] = []
    while len(records) < sum(bus.end_offsets(topic).values()):
        records += consumer.poll(1, 100)
    consumer.close()
    producer = bus.producer()
    producer.publish([Message(one.topic, one.key or b"", one.headers, one.value or b"") for one in records])
    producer.close()


def test_a_redriven_event_that_does_not_tell_its_place_is_put_aside(
    donations: Side, reporting: Side, bus: PrefixedBus
) -> None:
    event = approved(new_id(), "lost")
    headers = Envelope(new_id(), event.type_name(), clock.now(), str(event.key), {}).headers(
        Origin("/helix/35.17/donations", "http://x/schemas/")
    )
    producer = bus.producer()
    message = Message(redrive_topic_of("reporting"), str(event.key).encode(), headers, encode_data(event))
    producer.publish([message])
    producer.close()
    assert _drain(donations, reporting, bus) == Drained(dead_letters=1)
    (letter,) = dead_letters.list_(bus, "reporting")
    assert letter.reason == "malformed_header"


def test_a_letter_that_fails_again_tells_where_it_first_came_from(
    donations: Side, reporting: Side, bus: PrefixedBus
) -> None:
    donations.tell(approved(new_id(), "breaks a rule"))
    _drain(donations, reporting, bus)
    dead_letters.redrive(bus, "reporting")
    _drain(donations, reporting, bus)
    assert dead_letters.redrive(bus, "reporting") == 1
    first, second = dead_letters.list_(bus, "reporting")
    assert (second.topic, second.partition, second.offset) == (first.topic, first.partition, first.offset)
    assert (first.attempts, second.attempts) == (1, 2)
    assert dead_letters.show(bus, "reporting", second.position) == second
    assert dead_letters.show(bus, "reporting", Position(0, 99)) is None


def test_dead_letters_are_written_before_the_place_moves_past_them(
    donations: Side, reporting: Side, bus: PrefixedBus
) -> None:
    donations.tell(approved(new_id(), "breaks a rule"))
    drain(donations.worker(bus))

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
    records: list[Record] = []
    while not records:
        records = consumer.poll(1, 100)
    with pytest.raises(Exception, match="BusUnavailable"):
        applier.apply(intake.batch(records))
    consumer.close()
    assert reporting.query("SELECT sum(next_offset) FROM consumer_offset") == [(0,)]
    assert bus.end_offsets(dead_letter_topic_of("reporting")) == {
        Part(dead_letter_topic_of("reporting"), 0): 0
    }

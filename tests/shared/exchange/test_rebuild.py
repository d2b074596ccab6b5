"""Tables are built anew from the topics while the old ones serve."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from shared import outbox, rebuild
from shared.bus import BusUnavailable, Part
from shared.database import sqlalchemy_url
from shared.events.donations import StakeholderApproved, StakeholderSuspended
from shared.events.envelope import Received
from shared.ids import new_id
from shared.worker import Handler
from tests.databases import waiting_for_locks
from tests.drain import drain
from tests.prefixed_bus import PrefixedBus
from tests.shared.exchange.side import HANDLERS, Side, approved

TOPICS = ["helix.donations"]


def _shadow(
    side: Side,
    bus: PrefixedBus,
    upto: dict[Part, int] | None = None,
    handlers: Sequence[Handler] = HANDLERS,
) -> int:
    engine = create_engine(
        sqlalchemy_url(side.settings.database_url), connect_args={"options": "-c search_path=shadow,public"}
    )
    try:
        with side.sessions() as session:
            upto = upto or rebuild.positions(session, "reporting", TOPICS)
        return rebuild.replay(bus, handlers, sessionmaker(engine), "reporting", upto)
    finally:
        engine.dispose()


def _prepare(side: Side) -> None:
    with side.sessions.begin() as session:
        rebuild.prepare(session, "shadow")
        session.execute(text("CREATE TABLE seen (LIKE public.seen INCLUDING ALL)"))


def test_a_replay_applies_every_event_once_and_leaves_the_live_tables_alone(
    donations: Side, reporting: Side, bus: PrefixedBus
) -> None:
    keys = [new_id() for _ in range(4)]
    donations.tell(*(approved(keys[n % 4], n) for n in range(500)), approved(new_id(), "breaks a rule"))
    drain(donations.worker(bus), reporting.worker(bus, handlers=HANDLERS))
    before = reporting.query("SELECT * FROM consumer_offset ORDER BY 1, 2, 3")
    _prepare(reporting)
    assert _shadow(reporting, bus) == 500
    live = reporting.query("SELECT event_id, key, name FROM public.seen ORDER BY event_id")
    assert reporting.query("SELECT event_id, key, name FROM shadow.seen ORDER BY event_id") == live
    assert reporting.query("SELECT * FROM consumer_offset ORDER BY 1, 2, 3") == before
    assert _shadow(reporting, bus) == 0


def test_a_replay_passes_over_whatever_can_not_be_taken(
    donations: Side, reporting: Side, bus: PrefixedBus
) -> None:
    def take(_session: Session, _events: list[Received]) -> None:
        """Take what the replay can't."""

    donations.tell(*(approved(new_id(), "breaks a rule") for _ in range(40)), approved(new_id(), "fine"))
    live = reporting.worker(bus, handlers=(Handler((StakeholderApproved,), take),))
    assert drain(donations.worker(bus), live).applied == 41
    _prepare(reporting)
    assert _shadow(reporting, bus) == 1
    assert reporting.query("SELECT name FROM shadow.seen") == [("fine",)]


def test_a_replay_stops_where_the_live_consumer_is_and_goes_on_from_there(
    donations: Side, reporting: Side, bus: PrefixedBus
) -> None:
    listener = reporting.worker(bus, handlers=HANDLERS)
    donations.tell(*(approved(new_id(), n) for n in range(30)))
    drain(donations.worker(bus), listener)
    with reporting.sessions() as session:
        first = rebuild.positions(session, "reporting", TOPICS)
    donations.tell(*(approved(new_id(), n) for n in range(30, 70)))
    drain(donations.worker(bus), listener)
    _prepare(reporting)
    assert _shadow(reporting, bus, first) == 30
    assert _shadow(reporting, bus) == 40


def test_the_swap_halts_the_live_consumer_between_two_events(
    donations: Side, reporting: Side, bus: PrefixedBus
) -> None:
    listener = reporting.worker(bus, handlers=HANDLERS)
    donations.tell(*(approved(new_id(), n) for n in range(20)))
    drain(donations.worker(bus), listener)
    _prepare(reporting)
    with ThreadPoolExecutor() as pool, reporting.sessions() as session:
        upto = rebuild.positions(session, "reporting", TOPICS, lock=True)
        assert _shadow(reporting, bus, upto) == 20
        donations.tell(approved(new_id(), "meanwhile"))
        live = pool.submit(drain, donations.worker(bus), listener)
        deadline = time.monotonic() + 60
        while not live.done() and not waiting_for_locks(session.get_bind().engine):
            assert time.monotonic() < deadline, "the live consumer neither waits nor goes on"
            time.sleep(0.01)
        session.execute(text("ALTER TABLE public.seen RENAME TO old"))
        session.execute(text("ALTER TABLE shadow.seen SET SCHEMA public"))
        session.commit()
        live.result(60)
    assert len(reporting.names()) == 21
    assert reporting.names()[-1] == "meanwhile"


def test_what_handlers_would_tell_stays_in_the_shadow(
    donations: Side, reporting: Side, bus: PrefixedBus
) -> None:
    def answer(session: Session, events: list[Received]) -> None:
        for event in events:
            outbox.record(session, StakeholderSuspended(stakeholder=event.data.key), cause=event)

    donations.tell(approved(new_id(), 1))
    drain(donations.worker(bus), reporting.worker(bus, handlers=HANDLERS))
    _prepare(reporting)
    assert _shadow(reporting, bus, handlers=(Handler((StakeholderApproved,), answer),)) == 1
    assert reporting.query("SELECT count(*) FROM public.outbox") == [(0,)]
    assert reporting.query("SELECT count(*) FROM shadow.outbox") == [(1,)]


def test_a_replay_does_not_wait_for_ever_for_what_does_not_come(
    donations: Side, reporting: Side, bus: PrefixedBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    donations.tell(approved(new_id(), 1))
    drain(donations.worker(bus), reporting.worker(bus, handlers=HANDLERS))
    _prepare(reporting)
    monkeypatch.setattr(rebuild, "PATIENCE_SECONDS", 1.5)
    (part, *_) = bus.parts(TOPICS[0])
    with pytest.raises(BusUnavailable):
        _shadow(reporting, bus, {part: 1_000})

"""Whoever waits for work is woken once it can be found, and not before."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import bell, outbox
from shared.bus import Part
from shared.events.donations import StakeholderApproved
from shared.events.envelope import Received
from shared.ids import new_id
from shared.worker import Handler, Task, Worker
from tests.prefixed_bus import PrefixedBus
from tests.shared.exchange.side import Side, approved, see

# Far longer than a test waits: what is done before was woken.
SELDOM = timedelta(hours=1)


@contextmanager
def _running(worker: Worker) -> Iterator[None]:
    thread = threading.Thread(target=worker.run_until_stopped)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(timeout=30)


@pytest.mark.parametrize("savepoints", [0, 1, 2])
def test_a_ring_goes_out_with_the_commit_and_not_with_a_savepoint(
    donations: Side, monkeypatch: pytest.MonkeyPatch, savepoints: int
) -> None:
    found: list[tuple[int, ...]] = []
    monkeypatch.setattr(
        bell.Bell, "ring", lambda *_: found.append(donations.query("SELECT count(*) FROM outbox")[0])
    )
    with donations.sessions.begin() as session:
        _tell_inside(session, savepoints)
    assert found == [(1,)]


def _tell_inside(session: Session, savepoints: int) -> None:
    if not savepoints:
        outbox.record(session, approved(new_id(), "one"))
        return
    with session.begin_nested():
        _tell_inside(session, savepoints - 1)


@pytest.mark.parametrize("names", [["fine"], ["fine", "breaks a rule"]])
def test_what_a_handler_asks_for_is_done_at_once(
    donations: Side, reporting: Side, bus: PrefixedBus, names: list[str]
) -> None:
    def ask(session: Session, events: list[Received]) -> None:
        see(session, events)
        bell.ring_after_commit(session, "numbers")

    def count(session: Session) -> bool:
        session.execute(text("INSERT INTO number SELECT count(*) FROM seen"))
        return False

    tasks = [Task("count", count, SELDOM, woken_by="numbers")]
    worker = reporting.worker(bus, handlers=[Handler((StakeholderApproved,), ask)], tasks=tasks)
    with _running(worker), _running(donations.worker(bus)):
        donations.tell(*(approved(new_id(), name) for name in names))
        _await(lambda: (1,) in reporting.query("SELECT value FROM number"))


def test_the_bus_is_told_how_far_a_worker_is(
    donations: Side, reporting: Side, bus: PrefixedBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[Part, int] = {}
    monkeypatch.setattr("tests.prefixed_bus._Consumer.hint", lambda _consumer, places: told.update(places))
    worker = reporting.worker(bus, handlers=[Handler((StakeholderApproved,), see)])
    with _running(worker), _running(donations.worker(bus)):
        donations.tell(approved(new_id(), "one"))
        _await(lambda: sum(told.values()) == 1)


def _await(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)

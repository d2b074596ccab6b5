"""The next batch is read while one is in its transaction: what becomes of both where one of them ends badly."""

import threading
import time
from collections.abc import Callable, Sequence

import psycopg
import pytest
from sqlalchemy.orm import Session

from shared.bus import Record
from shared.events.donations import StakeholderApproved
from shared.events.envelope import Received
from shared.ids import new_id
from shared.worker import Handler
from shared.worker.consuming import Consuming
from shared.worker.intake import Batch
from shared.worker.watchdog import Watchdog
from tests.drain import drain
from tests.prefixed_bus import PrefixedBus
from tests.shared.exchange.side import Side, approved, see

EVENTS = 50
BATCH = 10


class Pipeline:
    """A worker's loop, driven step by step. What a test puts in its way happens once."""

    def __init__(self, side: Side, bus: PrefixedBus) -> None:
        self._side = side
        parts = side.worker(bus, handlers=(Handler((StakeholderApproved,), self._handle),)).parts
        intake = parts.intake()
        self._decode, intake.batch = intake.batch, self._count_and_decode  # type: ignore[method-assign]
        self.decoded = 0
        self.handled: list[list[int]] = []
        self.before_handling: Callable[[int], None] = lambda batch: None
        self.after_decoding: Callable[[int], None] = lambda batch: None
        self.loop = Consuming(
            "reporting",
            intake,
            parts.applier(),
            Watchdog(60),
            lambda locate: bus.consumer(None, parts.topics, locate),
        )

    def run(self) -> None:
        """Step until everything has taken effect, and stop."""
        deadline = time.monotonic() + 60
        while len(self._side.names()) < EVENTS:
            assert time.monotonic() < deadline
            self.loop.step()
        self.loop.close()

    def await_decoded(self, batches: int) -> None:
        """Wait until so many batches were decoded."""
        deadline = time.monotonic() + 60
        while self.decoded < batches:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def _count_and_decode(self, records: Sequence[Record]) -> Batch:
        batch = self._decode(records)
        self.decoded += 1
        self.after_decoding(self.decoded)
        return batch

    def _handle(self, session: Session, events: list[Received]) -> None:
        self.handled.append([int(getattr(event.data, "name", -1)) for event in events])
        self.before_handling(len(self.handled))
        see(session, events)


@pytest.fixture
def pipeline(
    donations: Side, reporting: Side, bus: PrefixedBus, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Pipeline]:
    """Return a function that makes a loop over some small batches of one key."""
    monkeypatch.setattr("shared.worker.consuming.BATCH", BATCH)
    monkeypatch.setattr("shared.worker.consuming.pause_after", lambda _failures: 0.05)
    # One partition would do, but there are three, and each gets its share of a batch.
    key = new_id()
    donations.tell(*(approved(key, n) for n in range(EVENTS)))
    drain(donations.worker(bus))
    return lambda: Pipeline(reporting, bus)


def _assert_exact(side: Side) -> None:
    assert side.names() == [str(n) for n in range(EVENTS)]
    ids = side.query("SELECT count(DISTINCT event_id) FROM seen")
    assert ids == side.query("SELECT count(*) FROM inbox") == [(EVENTS,)]


def test_a_batch_that_fails_takes_the_one_read_after_it_back_with_it(
    pipeline: Callable[[], Pipeline], reporting: Side
) -> None:
    loop = pipeline()

    def fail_once(call: int) -> None:
        if call == 1:
            loop.await_decoded(2)
            raise psycopg.errors.SerializationFailure

    loop.before_handling = fail_once
    loop.run()
    assert loop.handled[0] == loop.handled[1]
    _assert_exact(reporting)


def test_a_bug_in_one_event_puts_it_alone_aside_and_the_batch_read_after_it_follows(
    pipeline: Callable[[], Pipeline], reporting: Side
) -> None:
    loop = pipeline()

    def fail_together(_call: int) -> None:
        loop.await_decoded(2)
        if len(loop.handled[-1]) > 1:
            raise KeyError

    loop.before_handling = fail_together
    loop.run()
    _assert_exact(reporting)


def test_a_fence_that_is_lost_while_the_next_batch_is_read_undoes_neither_worker(
    pipeline: Callable[[], Pipeline], reporting: Side, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = pipeline(), pipeline()

    def let_the_other_go_ahead(batch: int) -> None:
        if batch == 2:
            while not reporting.names():
                time.sleep(0.01)
            while len(reporting.names()) < EVENTS // 2:
                second.loop.step()
            second.loop.close()

    first.after_decoding = let_the_other_go_ahead
    first.run()
    assert second.handled
    assert "fence" in [getattr(record, "cause", "") for record in caplog.records]
    _assert_exact(reporting)


def test_a_stop_finishes_the_batch_in_hand_and_leaves_the_rest_to_the_next(
    pipeline: Callable[[], Pipeline], reporting: Side
) -> None:
    loop = pipeline()
    entered = threading.Event()

    def be_slow(_call: int) -> None:
        entered.set()
        time.sleep(0.5)

    loop.before_handling = be_slow
    while not entered.is_set():
        loop.loop.step()
    loop.loop.close()
    done = len(reporting.names())
    assert 0 < done < EVENTS
    pipeline().run()
    _assert_exact(reporting)


def test_a_batch_that_fails_while_the_worker_stops_is_begun_with_by_the_next(
    pipeline: Callable[[], Pipeline], reporting: Side
) -> None:
    loop = pipeline()
    entered = threading.Event()

    def fail(_call: int) -> None:
        entered.set()
        time.sleep(0.2)
        raise psycopg.errors.SerializationFailure

    loop.before_handling = fail
    while not entered.is_set():
        loop.loop.step()
    loop.loop.close()
    assert reporting.names() == []
    pipeline().run()
    _assert_exact(reporting)


def test_places_are_looked_up_once_the_batch_in_hand_has_moved_them(
    pipeline: Callable[[], Pipeline], reporting: Side, caplog: pytest.LogCaptureFixture
) -> None:
    loop = pipeline()

    entered = threading.Event()

    def be_slow(_call: int) -> None:
        entered.set()
        time.sleep(0.3)

    loop.before_handling = be_slow
    while not entered.is_set():
        loop.loop.step()
    # As where the group assigns partitions anew: the reader asks for the places.
    loop.loop._consumer.rewind()
    loop.run()
    assert "a batch is read again" not in caplog.text
    assert sum(loop.handled, []) == list(range(EVENTS))
    _assert_exact(reporting)

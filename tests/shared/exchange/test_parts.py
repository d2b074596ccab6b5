"""The small parts of the worker, each by itself."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import exc, text

from helix.local import kafka
from helix.local.failure import CannotRun
from shared import bell, inbox
from shared.bus import BusUnavailable, Message
from shared.bus.interface import LARGEST_RECORD
from shared.bus.kafka import BATCH_BYTES, CHUNK_BYTES, _chunks
from shared.bus.partition import murmur2
from shared.clock import shifted
from shared.errors import Conflict
from shared.events.envelope import Poison
from shared.ids import new_id
from shared.worker.faults import Fault, MostlyPoison, Window, classify, describe
from shared.worker.repeating import Repeating, pause_after
from shared.worker.watchdog import Watchdog
from tests.shared.exchange.side import MakeSide, approved


def _database_error(original: psycopg.Error, kind: type[exc.DBAPIError] = exc.DBAPIError) -> exc.DBAPIError:
    return kind("a statement", {}, original)


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (Poison("not_json", "x"), Fault.POISON),
        (Conflict("not_now", "x"), Fault.POISON),
        (BusUnavailable("x"), Fault.TRANSIENT),
        (KeyError("x"), Fault.BUG),
        (psycopg.OperationalError("the server closed the connection"), Fault.TRANSIENT),
        (_database_error(psycopg.errors.SerializationFailure()), Fault.TRANSIENT),
        (_database_error(psycopg.errors.DeadlockDetected()), Fault.TRANSIENT),
        (_database_error(psycopg.errors.LockNotAvailable()), Fault.TRANSIENT),
        (_database_error(psycopg.errors.AdminShutdown()), Fault.TRANSIENT),
        (_database_error(psycopg.errors.NumericValueOutOfRange()), Fault.POISON),
        (_database_error(psycopg.errors.UniqueViolation()), Fault.BUG),
        (exc.TimeoutError(), Fault.TRANSIENT),
    ],
)
def test_a_failure_is_of_one_of_three_kinds(error: Exception, fault: Fault) -> None:
    assert classify(error) is fault


def test_a_failure_is_described_without_the_data() -> None:
    assert describe(_database_error(psycopg.errors.UniqueViolation("Key (nik)=(3517) exists"))) == (
        "database_refuses",
        "SQLSTATE 23505",
    )
    assert describe(ValueError("3517")) == ("bug", "ValueError")


def _admit(window: Window, *, taken: int, refused: int) -> None:
    window.admit(taken=taken, refused=refused)
    window.count(taken=taken, refused=refused)


def test_a_few_refusals_are_no_reason_to_stop() -> None:
    window = Window(size=100, least=20)
    _admit(window, taken=0, refused=19)
    _admit(window, taken=100, refused=0)
    _admit(window, taken=0, refused=19)
    _admit(window, taken=0, refused=60)
    with pytest.raises(MostlyPoison, match="100 of the latest 100 "):
        window.admit(taken=0, refused=21)


def test_a_batch_is_judged_by_its_whole() -> None:
    window = Window()
    for _ in range(3):
        _admit(window, taken=1_899, refused=101)
    _admit(window, taken=0, refused=1)
    _admit(window, taken=1_000, refused=1_000)
    with pytest.raises(MostlyPoison, match="1001 of the latest 2000 "):
        window.admit(taken=999, refused=1_001)


def test_poison_that_trickles_in_stops_the_worker_once_it_fills_the_window() -> None:
    window = Window()
    _admit(window, taken=2_000, refused=0)
    for _ in range(199):
        _admit(window, taken=0, refused=1)
    with pytest.raises(MostlyPoison, match="200 of the latest 200 "):
        window.admit(taken=0, refused=1)


def test_a_batch_that_stopped_a_worker_for_those_before_it_does_not_stop_the_next() -> None:
    window = Window()
    _admit(window, taken=0, refused=19)
    with pytest.raises(MostlyPoison):
        window.admit(taken=0, refused=1)
    Window().admit(taken=0, refused=1)


def test_a_batch_that_is_tried_again_counts_once() -> None:
    window = Window()
    for _ in range(50):
        window.admit(taken=0, refused=1)
    window.count(taken=0, refused=1)
    window.admit(taken=0, refused=18)


def test_the_watchdog_gives_up_on_work_that_does_not_move() -> None:
    given_up: list[str] = []
    watchdog = Watchdog(0.2, given_up.append)
    watchdog.start()
    watchdog.behind()
    time.sleep(0.6)
    watchdog.close()
    assert given_up == ["there is work, and the place has not moved for 0 s"]


def test_the_watchdog_is_content_with_what_moves_or_has_an_excuse() -> None:
    given_up: list[str] = []
    moving = Watchdog(0.3, given_up.append)
    excused = Watchdog(0.2, given_up.append, is_excused=lambda: True)
    for watchdog in (moving, excused):
        watchdog.start()
        watchdog.behind()
    for _ in range(8):
        time.sleep(0.1)
        moving.moved()
        moving.behind()
    for watchdog in (moving, excused):
        watchdog.close()
    assert given_up == []


def test_pauses_grow_and_stay_bounded() -> None:
    assert 0.1 <= pause_after(1) <= 0.2
    assert 2.5 <= pause_after(50) <= 5.0


def test_a_repeated_step_is_woken_and_survives_its_failures() -> None:
    calls: list[float] = []

    def step() -> bool:
        calls.append(time.monotonic())
        if len(calls) == 1:
            raise ValueError
        return len(calls) == 2

    thread = Repeating("step", step, every_seconds=30)
    thread.start()
    _until(lambda: len(calls) == 3)
    thread.wake.set()
    _until(lambda: len(calls) == 4)
    thread.stop()
    thread.join(timeout=2)
    assert not thread.is_alive()


def test_many_rings_become_few_notifications_and_reach_who_listens(make_side: MakeSide) -> None:
    donations = make_side("donations")
    woken = threading.Event()
    url = bell.connection_url(donations.sessions.kw["bind"])
    elsewhere = threading.Event()
    listener = bell.Listener(url, [(bell.OUTBOX, woken), ("something else", elsewhere)])
    listener.start()
    _until(lambda: woken.is_set() and elsewhere.is_set())
    woken.clear()
    elsewhere.clear()
    donations.tell(approved(new_id(), 1))
    _until(woken.is_set)
    assert not elsewhere.is_set()
    listener.stop()
    listener.join(timeout=3)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"LISTEN {bell.CHANNEL}")
        for _ in range(200):
            bell.bell_of(donations.sessions.kw["bind"]).ring([bell.OUTBOX])
        assert 1 <= len(list(connection.notifies(timeout=0.5))) < 200


def test_ids_are_forgotten_once_nothing_can_come_again(make_side: MakeSide) -> None:
    donations = make_side("donations")
    with donations.sessions.begin() as session:
        inbox.accept(session, [new_id(), new_id()])
        assert inbox.purge(session) is False
    assert donations.query("SELECT count(*) FROM inbox") == [(2,)]
    # A process whose clock is ahead forgets nothing of today.
    with shifted(inbox.KEPT * 2), donations.sessions.begin() as session:
        inbox.purge(session)
    assert donations.query("SELECT count(*) FROM inbox") == [(2,)]
    with donations.sessions.begin() as session:
        session.execute(text("UPDATE inbox SET received_at = now() - :ago"), {"ago": inbox.KEPT * 2})
        inbox.purge(session)
    assert donations.query("SELECT count(*) FROM inbox") == [(0,)]


def test_an_event_that_no_bus_would_take_is_refused_when_it_is_written(
    make_side: MakeSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    donations = make_side("donations")
    monkeypatch.setattr("shared.outbox.LARGEST_VALUE", 10)
    with pytest.raises(ValueError, match="10 is the most"):
        donations.tell(approved(new_id(), "too large"))


def test_an_event_that_no_reader_would_take_is_refused_when_it_is_written(make_side: MakeSide) -> None:
    donations = make_side("donations")
    with pytest.raises(
        ValueError, match=r"stakeholder-approved\.v1 fails_schema: .*at `\$\.name`"
    ) as refused:
        donations.tell(approved(new_id(), "good"), approved(new_id(), "endless " * 100))
    assert "endless" not in str(refused.value)
    assert donations.query("SELECT count(*) FROM outbox") == [(0,)]


def test_a_chunk_fits_one_batch_of_a_partition() -> None:
    messages = [
        Message("t", b"k", (("h", b"v" * 100),), b"v" * size) for size in (10, 600_000, 300_000, 900_000, 1)
    ]
    assert [len(chunk) for chunk in _chunks(messages)] == [2, 1, 1, 1]
    assert CHUNK_BYTES < BATCH_BYTES < LARGEST_RECORD


def test_a_key_is_hashed_as_kafka_does() -> None:
    from kafka.partitioner.default import murmur2 as reference  # noqa: TID251 - it is what ours is compared with

    for length in range(40):
        data = bytes((length * 37 + place * 101) % 256 for place in range(length))
        assert murmur2(data) == reference(data)


def test_without_java_kafka_says_what_would_mend_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CannotRun, match="apt-get install default-jre-headless"):
        kafka.start_for(tmp_path, tmp_path, 1, 2)
    with pytest.raises(CannotRun, match="apt-get install maven"):
        kafka.fetch_jars(tmp_path / "libs")


def _until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)

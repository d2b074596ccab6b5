"""Who has a market in mind: one worker, until it is gone; and nothing that was not committed."""

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from services.programs.allocating import operations
from services.programs.allocating.models import MarketKeeper
from services.programs.allocating.operations import Allocator
from services.programs.database import db
from services.programs.in_play.domain import Terms
from services.programs.policy.queries import current_version
from shared import clock
from shared.silence import SILENCE_SECONDS
from tests.programs.heard import TODAY
from tests.programs.scene import Scene


class Lost(Exception):
    """The connection is gone before the commit."""


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The markets that were read as a whole."""
    found: list[str] = []
    read = operations.read_market

    def count(session: Session, market: str, *given: object) -> object:
        found.append(market)
        return read(session, market, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(operations, "read_market", count)
    return found


def _turn(scene: Scene, worker: Allocator) -> bool:
    more: bool = scene.do(worker.settle_next)
    return more


def _be_silent(scene: Scene) -> None:
    """Let some seconds pass in which nobody does anything."""
    ago = clock.now() - timedelta(seconds=5)
    scene.do(lambda session: session.execute(update(MarketKeeper).values(settled_at=ago)))
    notes = db.metadata.tables["market_change"]
    scene.do(lambda session: session.execute(update(notes).values(noted_at=ago)))


def test_a_market_is_read_once_and_then_only_what_changes(scene: Scene, reads: list[str]) -> None:
    scene.pledge(1000)
    for _ in range(3):
        scene.need(scene.household(), 100)
        scene.settle()
    scene.pay(scene.allocations()[0])
    scene.settle()
    assert reads == ["IDR"]
    assert len(scene.allocations()) == 3


def test_markets_do_not_wait_for_each_other(scene: Scene, reads: list[str]) -> None:
    scene.pledge(100)
    scene.pledge(100, item="rice", unit="kg")
    scene.settle()
    scene.need(scene.household(), 50, item="rice", unit="kg")
    scene.settle()
    assert sorted(reads) == ["IDR", "rice:kg"]
    assert len(scene.allocations()) == 1


def test_workers_settle_markets_side_by_side_and_each_alone(scene: Scene) -> None:
    for item, unit in ((None, "IDR"), ("rice", "kg")):
        scene.pledge(100, item=item, unit=unit)
        scene.need(scene.household(), 50, item=item, unit=unit)
    with scene.app.app_context(), db.session() as first, Session(db.engine) as second:
        assert [scene.allocator.settle_next(first), Allocator().settle_next(second)] == [True, True]
        assert not Allocator().settle_next(Session(db.engine)), "both are being settled"
        second.commit()
        first.commit()
    assert sorted(row.quantity for row in scene.allocations()) == [50, 50]
    scene.check_books()


def test_a_market_of_which_nothing_can_be_written_waits_after_the_second_turn(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.pledge(100)
    scene.need(scene.household(), 50)
    monkeypatch.setattr(operations, "write", lambda _session, _decided: {})
    assert [_turn(scene, scene.allocator) for _ in range(3)] == [True, True, False]
    assert scene.allocator.waiting == {"IDR"}
    assert REGISTRY.get_sample_value("helix_markets_put_off", {"service": "programs"}) == 1
    monkeypatch.undo()
    monkeypatch.setattr(operations, "AGAIN_AFTER_SECONDS", 0.0)
    scene.settle()
    assert len(scene.allocations()) == 1
    assert REGISTRY.get_sample_value("helix_markets_put_off", {"service": "programs"}) == 0


def test_another_worker_leaves_it_to_the_one_that_has_it_in_mind(scene: Scene) -> None:
    scene.pledge(100)
    scene.settle()
    scene.need(scene.household(), 100)
    assert not _turn(scene, Allocator())
    assert scene.allocations() == []
    assert _turn(scene, scene.allocator)
    assert len(scene.allocations()) == 1


def test_another_worker_takes_over_where_that_one_is_gone(scene: Scene, reads: list[str]) -> None:
    scene.pledge(200)
    scene.settle()
    scene.need(scene.household(), 100)
    _be_silent(scene)
    other = Allocator()
    assert _turn(scene, other)
    # The first is back, and has something in mind that is not so any more.
    scene.need(scene.household(), 100)
    assert not _turn(scene, scene.allocator)
    _be_silent(scene)
    assert _turn(scene, scene.allocator)
    assert reads == ["IDR"] * 3
    assert [row.quantity for row in scene.allocations()] == [100, 100]
    scene.check_books()


def test_what_was_not_committed_is_forgotten(
    scene: Scene, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.pledge(100)
    scene.settle()
    scene.need(scene.household(), 100)

    def lose(session: Session) -> None:
        scene.allocator.settle_next(session)
        raise Lost

    with pytest.raises(Lost):
        scene.do(lose)
    assert scene.allocations() == []
    scene.settle()
    assert (reads, len(scene.allocations())) == (["IDR"] * 2, 1)
    scene.check_books()


@pytest.fixture
def burst(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A market of eight needs, of which a turn writes three."""
    monkeypatch.setattr(operations, "AT_MOST", 3)
    for _ in range(8):
        scene.need(scene.household(), 10)
    scene.pledge(80)
    return scene


def test_a_burst_that_was_cut_off_goes_on_with_another_worker(burst: Scene) -> None:
    assert _turn(burst, burst.allocator)
    assert len(burst.allocations()) == 3
    # Nothing is noted any more: only the keeper's row tells that the market is not finished.
    assert not _turn(burst, Allocator())
    _be_silent(burst)
    burst.allocator = Allocator()
    burst.settle()
    assert [row.quantity for row in burst.allocations()] == [10] * 8
    burst.check_books()


def test_a_market_is_unfinished_since_the_first_turn_that_left_something(burst: Scene) -> None:
    found = []
    for _ in range(3):
        _turn(burst, burst.allocator)
        found.append(burst.do(lambda session: session.scalar(select(MarketKeeper.unfinished_since))))
    assert found[0] is not None
    assert found == [found[0], found[0], None]


def test_a_market_that_fails_does_not_keep_the_others_waiting(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.pledge(100)
    scene.pledge(50, item="rice", unit="kg")
    for stated in ({}, {"item": "rice", "unit": "kg"}):
        scene.need(scene.household(), 50, **stated)
    read = operations.read_market

    def fail(session: Session, market: str, *given: object) -> object:
        if market == "IDR":
            raise Lost
        return read(session, market, *given)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(operations, "read_market", fail)
        with pytest.raises(Lost):
            scene.settle()
        scene.settle()
    assert [row.quantity for row in scene.allocations()] == [50]
    monkeypatch.setattr(operations, "AGAIN_AFTER_SECONDS", 0.0)
    scene.settle()
    assert len(scene.allocations()) == 2


def test_a_large_market_may_be_worked_out_for_longer(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "NEEDS_A_SECOND", 1)
    for _ in range(3):
        scene.need(scene.household(), 50)

    def allowed(session: Session) -> str | None:
        operations.read_market(session, "IDR", Terms(current_version(session).rules(), TODAY))
        found: str | None = session.scalar(text("SHOW idle_in_transaction_session_timeout"))
        return found

    assert scene.do(allowed) == f"{SILENCE_SECONDS + 3}s"


def test_a_new_day_and_a_new_policy_have_the_market_read_anew(scene: Scene, reads: list[str]) -> None:
    low = scene.need(scene.household(decile=3, score=900), 100)
    scene.need(scene.household(decile=1, score=100), 100)
    scene.pledge(100)
    scene.settle()
    scene.adopt(tiers=(), order=("score", "decile", "urgency", "verified_at"))
    scene.settle()
    assert scene.find_need(low).covered == 100
    with clock.shifted(timedelta(days=1)):
        scene.settle()
    assert reads == ["IDR"] * 3

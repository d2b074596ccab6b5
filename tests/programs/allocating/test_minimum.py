"""What is left of a pledge, and less than it gives at least, is not carried from need to need."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.programs.allocating.domain import Mind
from services.programs.in_play.domain import NeedState, PledgeState, Terms
from services.programs.matching.engine.minimums import TRIES
from services.programs.matching.engine.residual import Residual
from services.programs.policy.domain import Policy

TERMS = Terms(Policy(version=1), date(2026, 11, 23))
PLEDGE = UUID(int=1_000)


def _need(number: int) -> NeedState:
    recorded = datetime(2026, 1, 1, tzinfo=UTC)
    return NeedState(
        id=UUID(int=number),
        household=UUID(int=number),
        category="food",
        desa="35.17.01.2001",
        decile=1,
        score=1_000 - number,
        verified_at=recorded,
        urgency=1,
        indivisible=False,
        attributes=frozenset(),
        quantity=150,
        kept=0,
        recorded_on=recorded.date(),
    )


@pytest.fixture
def changes(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Return a list that grows by one each time that the engine is told of a change."""
    counted: list[None] = []
    change = Residual.change

    def count(self: Residual, *given: object) -> None:
        counted.append(None)
        change(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Residual, "change", count)
    return counted


def _write(mind: Mind) -> dict[int, int]:
    """Write all that is to be written; return what is new, by the number of the need."""
    wanted = mind.following(1_000)
    mind.note_written(wanted, {each.need.id: each.parts for each in wanted})
    return {each.need.id.int: sum(each.parts.values()) for each in wanted}


def test_a_rest_that_is_too_small_for_one_is_offered_to_none(changes: list[None]) -> None:
    needs = {need.id: need for need in map(_need, range(1, 101))}
    mind = Mind(TERMS, needs, {PLEDGE: PledgeState(PLEDGE, 1, 50 * 150 + 40, minimum_grant=50)})
    assert len(changes) <= TRIES + 1
    assert _write(mind) == dict.fromkeys(range(1, 51), 150)
    # A word of the pledge that changes nothing of it begins nothing anew.
    changes.clear()
    mind.take_in({}, {PLEDGE: PledgeState(PLEDGE, 1, 40, minimum_grant=50)})
    assert len(changes) == 1


def test_it_is_offered_again_once_the_pledge_is_enough() -> None:
    needs = {need.id: need for need in map(_need, range(1, 4))}
    pledge = PledgeState(PLEDGE, 1, 190, minimum_grant=50)
    mind = Mind(TERMS, needs, {PLEDGE: pledge})
    assert _write(mind) == {1: 150}
    mind.take_in({}, {PLEDGE: replace(pledge, version=2, free=50)})
    assert _write(mind) == {2: 50}


def test_it_is_offered_again_once_a_need_that_goes_makes_it_enough() -> None:
    needs = {need.id: need for need in map(_need, range(1, 4))}
    mind = Mind(TERMS, needs, {PLEDGE: PledgeState(PLEDGE, 1, 310, minimum_grant=50)})
    assert _write(mind) == {1: 150, 2: 150}
    # What the first had is free with its allocation, which the pledge is told of.
    mind.take_in({UUID(int=1): None}, {PLEDGE: PledgeState(PLEDGE, 1, 160, minimum_grant=50)})
    assert _write(mind) == {3: 150}


def test_what_comes_free_adds_up_with_it_for_the_highest() -> None:
    needs = {need.id: need for need in map(_need, range(1, 5))}
    mind = Mind(TERMS, needs, {PLEDGE: PledgeState(PLEDGE, 1, 340, minimum_grant=50)})
    assert _write(mind) == {1: 150, 2: 150}
    # Less than it gives at least by itself, and more with the 40 that were left.
    mind.take_in({UUID(int=1): replace(needs[UUID(int=1)], quantity=130, parts={PLEDGE: 150})}, {})
    assert _write(mind) == {1: 130, 3: 60}

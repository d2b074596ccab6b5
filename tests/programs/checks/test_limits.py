"""Caps, minimum grants and promises: what the audit finds where they are broken, and what it rightly lets pass."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.programs.checks.queries import find_faults
from services.programs.matching.models import Allocation
from services.programs.review import operations as review
from shared.events.donations import PledgeAmended
from tests.programs.heard import opened
from tests.programs.scene import Scene

Told = Callable[[Allocation], None]


@pytest.fixture
def tell(scene: Scene) -> Told:
    """Return a function by which a household is told of an allocation."""
    return lambda allocation: scene.do(lambda _: review.note_told(allocation.id))


def _faults(scene: Scene) -> list[str]:
    found: list[str] = scene.do(find_faults)
    return found


def _break(scene: Scene, statement: str) -> None:
    scene.do(lambda session: session.execute(text(statement)))


def _matched(scene: Scene, **rule: Any) -> tuple[UUID, Allocation]:
    """Return a pledge and what the only need has of it."""
    scene.need(scene.household(), 100)
    pledge = scene.pledge(1000, **rule)
    scene.settle()
    return pledge, scene.only_allocation()


def test_a_household_has_no_more_of_a_pledge_than_its_cap(scene: Scene) -> None:
    household = scene.household()
    for category in ("food", "health"):
        scene.need(household, 100, category=category)
    pledge = scene.pledge(1000, cap_per_household=150)
    scene.settle()
    assert _faults(scene) == []
    _break(scene, "UPDATE pledge SET cap_per_household = 149")
    said = f"{pledge}: the match gives 150 of the pledge to {household}, which may have 149 more."
    assert said in _faults(scene)


def test_a_household_has_no_more_in_all_than_the_policy_lets_it(scene: Scene) -> None:
    scene.adopt(household_cap_idr=150)
    household = scene.household()
    lower = scene.need(household, 100, urgency=1)
    higher = scene.need(household, 100, category="health", urgency=5)
    scene.pledge(1000)
    scene.settle()
    assert _faults(scene) == []
    _break(scene, "UPDATE policy SET household_cap_idr = 140")
    said = {f"{need}: its household has 150 in all, and may have 140." for need in (lower, higher)}
    assert said < set(_faults(scene))


def test_what_was_paid_before_the_cap_was_lowered_stays_and_nothing_is_added(scene: Scene) -> None:
    household = scene.household()
    for category in ("food", "health"):
        scene.need(household, 100, category=category)
    pledge = scene.pledge(1000, cap_per_household=180)
    scene.settle()
    larger, smaller = sorted(scene.allocations(), key=lambda row: -row.quantity)
    scene.pay(larger)
    scene.hear(opened(1000, kind=PledgeAmended, pledge=pledge, version=2, cap_per_household=50))
    scene.settle()
    assert [row.id for row in scene.allocations() if row.is_live] == [larger.id]
    assert _faults(scene) == []
    _break(scene, f"UPDATE allocation SET stage = 'proposed' WHERE id = '{smaller.id}'")  # noqa: S608
    assert f"{pledge}: the match gives 80 of the pledge to {household}, which may have 0 more." in _faults(
        scene
    )


def test_nothing_is_given_that_is_less_than_the_pledge_gives_at_least(scene: Scene) -> None:
    for decile in (1, 2):
        scene.need(scene.household(decile=decile), 60)
    pledge = scene.pledge(80, minimum_grant=50)
    scene.settle()
    assert _faults(scene) == []
    _break(scene, "UPDATE pledge SET minimum_grant = 61")
    one = scene.only_allocation()
    assert _faults(scene) == [
        f"{one.id}: less was proposed than the pledge, as it was then and is now, gives at least.",
        f"{one.need_id}: the need has 60 of {pledge}, which gives more than that at least.",
    ]


def test_what_was_given_before_the_minimum_was_raised_stays_where_it_is_paid(scene: Scene) -> None:
    pledge, one = _matched(scene, minimum_grant=50)
    scene.pay(one)
    scene.hear(opened(1000, kind=PledgeAmended, pledge=pledge, version=2, minimum_grant=500))
    scene.settle()
    assert scene.only_allocation().id == one.id
    assert _faults(scene) == []


def test_a_raised_minimum_ends_what_is_not_paid(scene: Scene) -> None:
    pledge, one = _matched(scene, minimum_grant=50)
    scene.hear(opened(1000, kind=PledgeAmended, pledge=pledge, version=2, minimum_grant=500))
    assert _faults(scene) == [], "it waits to be settled"
    scene.forget_changes()
    assert f"{one.need_id}: the need has 100 of {pledge}, which gives more than that at least." in _faults(
        scene
    )


@pytest.mark.parametrize(("promised", "found"), [(99, 2), (101, 1)])
def test_a_need_promises_what_its_household_was_told_of(
    scene: Scene, tell: Told, promised: int, found: int
) -> None:
    _, one = _matched(scene)
    tell(one)
    assert _faults(scene) == []
    _break(scene, f"UPDATE need SET promised = {promised}")  # noqa: S608
    said = [
        f"{one.need_id}: the need promises less than its household was told of.",
        f"{one.need_id}: the need promises {promised}, and 100 by the log.",
    ]
    assert _faults(scene) == said[-found:]


def test_a_promise_of_which_nobody_was_told_is_found(scene: Scene) -> None:
    _, one = _matched(scene)
    _break(scene, "UPDATE need SET promised = 1")
    assert _faults(scene) == [f"{one.need_id}: the need promises 1, and 0 by the log."]


def test_who_is_told_of_a_part_of_what_came_instead_is_promised_no_less(scene: Scene, tell: Told) -> None:
    need = scene.need(scene.household(decile=3), 100)
    scene.pledge(100)
    scene.settle()
    tell(scene.only_allocation())
    instead = scene.pledge(60, categories=["food"])
    scene.need(scene.household(decile=1), 100, category="health")
    scene.settle()
    (part,) = scene.allocations(pledge_id=instead)
    tell(part)
    assert (part.quantity, scene.find_need(need).covered) == (60, 100)
    assert _faults(scene) == []


def test_what_came_to_a_household_before_it_was_told_of_more_is_not_counted_twice(
    scene: Scene, tell: Told
) -> None:
    """The most at once: what was taken back in between is told of once."""
    scene.need(scene.household(), 100)
    lost, later = scene.pledge(70), scene.pledge(30)
    scene.settle()
    (first,) = scene.allocations(pledge_id=lost)
    tell(first)
    scene.refuse(first, "suspended", left=0)
    (second,) = scene.allocations(pledge_id=later)
    tell(second)
    assert scene.find_need(first.need_id).promised == 70
    assert _faults(scene) == []


def test_no_household_gets_more_than_the_cap(scene: Scene) -> None:
    _, one = _matched(scene, cap_per_household=30)
    assert _faults(scene) == []
    assert one.quantity == 30

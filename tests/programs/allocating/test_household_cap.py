"""The most that a household gets in all: never more, in whichever market; and what it may not have goes to others."""

from uuid import UUID

import pytest

from services.programs.alternatives.queries import why_open
from services.programs.gaps.queries import find_gaps
from services.programs.needs.models import Need
from services.programs.review import operations as review
from shared import clock
from shared.events.donations import PledgeAmended
from tests.programs.heard import opened
from tests.programs.scene import Scene

CAP = 150


@pytest.fixture(autouse=True)
def capped(scene: Scene) -> None:
    """A policy by which a household gets no more than that in all."""
    scene.adopt(household_cap_idr=CAP)


def _settle_watched(scene: Scene, household: UUID) -> None:
    """Settle turn by turn; after none has the household more than it may."""
    for _ in range(50):
        more = scene.do(scene.allocator.settle_next)
        assert _has(scene, household) <= CAP
        if not more:
            return
    raise AssertionError("it never comes to rest")


def _has(scene: Scene, household: UUID) -> int:
    return sum(
        row.value_idr // row.quantity * row.holding for row in scene.allocations(household_id=household)
    )


def test_what_one_need_has_another_may_not_get(scene: Scene) -> None:
    household = scene.household()
    lower = scene.need(household, 100, urgency=1)
    higher = scene.need(household, 100, category="health", urgency=5)
    scene.pledge(1000)
    _settle_watched(scene, household)
    assert (scene.find_need(higher).covered, scene.find_need(lower).covered) == (100, 50)
    scene.check_books()


def test_what_it_may_not_have_goes_to_others(scene: Scene) -> None:
    household, other = scene.household(score=900), scene.household(score=100)
    scene.need(household, 100)
    scene.need(household, 100, category="health")
    theirs = scene.need(other, 100)
    scene.pledge(250)
    _settle_watched(scene, household)
    assert (scene.find_need(theirs).covered, _has(scene, household)) == (100, CAP)


def test_what_comes_free_goes_to_its_other_needs(scene: Scene) -> None:
    household = scene.household()
    first = scene.need(household, CAP)
    scene.pledge(1000)
    scene.settle()
    second = scene.need(household, 100, category="health")
    _settle_watched(scene, household)
    assert scene.find_need(second).covered == 0
    why = scene.do(lambda session: why_open(session, session.get_one(Need, second)))
    assert why.code == "household_limit"
    (allocation,) = [row for row in scene.allocations(need_id=first) if row.is_live]
    scene.do(lambda _: review.veto(allocation.id, "Sudah dibantu", by="approver"))
    _settle_watched(scene, household)
    assert scene.find_need(second).covered == 100


def test_what_only_a_whole_covers_is_not_begun_where_the_whole_is_too_much(scene: Scene) -> None:
    household = scene.household()
    roof = scene.need(household, CAP + 1, category="housing_repair", indivisible=True)
    food = scene.need(household, 100)
    scene.pledge(1000)
    _settle_watched(scene, household)
    assert (scene.find_need(roof).covered, scene.find_need(food).covered) == (0, 100)
    scene.adopt(household_cap_idr=CAP + 101)
    scene.settle()
    assert (scene.find_need(roof).covered, scene.find_need(food).covered) == (CAP + 1, 100)
    scene.check_books()


def test_what_it_was_told_of_it_keeps(scene: Scene) -> None:
    household = scene.household()
    need = scene.need(household, CAP)
    scene.pledge(1000)
    scene.settle()
    (allocation,) = scene.allocations()
    scene.do(lambda _: review.note_told(allocation.id))
    scene.adopt(household_cap_idr=40)
    scene.settle()
    assert scene.find_need(need).covered == CAP
    scene.check_books()


def test_a_lower_limit_takes_back_what_nobody_was_told_of(scene: Scene) -> None:
    household = scene.household()
    for category in ("food", "health"):
        scene.need(household, 75, category=category)
    scene.pledge(1000)
    scene.settle()
    assert _has(scene, household) == CAP
    scene.adopt(household_cap_idr=40)
    for _ in range(20):
        if not scene.do(scene.allocator.settle_next):
            break
    assert _has(scene, household) == 40
    scene.check_books()


def test_what_is_paid_counts(scene: Scene) -> None:
    household = scene.household()
    first = scene.need(household, 100)
    scene.pledge(1000)
    scene.settle()
    scene.pay(scene.only_allocation())
    second = scene.need(household, 100, category="health")
    scene.settle()
    assert (scene.find_need(first).covered, scene.find_need(second).covered) == (100, 50)
    scene.check_books()


def test_what_it_got_before_it_was_verified_again_does_not_count(scene: Scene) -> None:
    household = scene.household()
    need = scene.need(household, CAP)
    scene.pledge(CAP)
    scene.settle()
    allocation = scene.only_allocation()
    scene.pay(allocation)
    scene.hand_over(allocation)
    scene.change(household, verified_at=scene.find_need(need).closed_at)
    again = scene.need(household, 100)
    scene.pledge(100)
    scene.settle()
    assert scene.find_need(again).covered == 100


def test_what_a_household_may_have_of_each_need_alone_is_a_gap(scene: Scene) -> None:
    for _ in range(12):
        household = scene.household()
        scene.need(household, 100, urgency=5)
        scene.need(household, 100, category="health", urgency=1)
    gaps = scene.do(lambda session: find_gaps(session, "35.17"))
    opened = {(gap.kind.category, gap.area): gap.open for gap in gaps}
    assert (opened["food", "35.17"], opened["health", "35.17"]) == (1200, 1200)


def test_what_was_allocated_before_a_new_verification_makes_room_once_it_is_delivered(scene: Scene) -> None:
    household = scene.household()
    scene.need(household, 200, urgency=5)
    scene.pledge(100)
    scene.settle()
    first = scene.only_allocation()
    scene.pay(first)
    other = scene.need(household, 100, category="health", urgency=1)
    scene.pledge(100, categories=["health"])
    scene.settle()
    assert scene.find_need(other).covered == 50
    scene.change(household, verified_at=clock.now())
    scene.hand_over(first)
    scene.settle()
    assert scene.find_need(other).covered == 100
    scene.check_books()


def test_a_need_above_one_that_has_everything_is_a_gap_and_says_so(scene: Scene) -> None:
    higher = []
    for _ in range(12):
        household = scene.household()
        higher.append(scene.need(household, 100, category="health", urgency=5))
        scene.need(household, CAP, category="food", urgency=1)
        scene.need(household, CAP + 1, category="housing_repair", urgency=5, indivisible=True)
    scene.pledge(10_000, categories=["food"])
    scene.settle()
    gaps = {gap.kind.category: gap.open for gap in scene.do(lambda session: find_gaps(session, "35.17"))}
    assert (gaps["health"], gaps.get("housing_repair")) == (1200, None)
    why = scene.do(lambda session: why_open(session, session.get_one(Need, higher[0])))
    assert (why.code, why.missing) == ("no_rule_admits", 100)
    scene.pledge(10_000, categories=["health"])
    scene.settle()
    assert {scene.find_need(need).covered for need in higher} == {100}


def test_what_comes_into_play_again_gives_way_to_the_higher_need_of_its_household(scene: Scene) -> None:
    household, other = scene.household(), scene.household()
    lower = scene.need(household, 100, urgency=1)
    higher = scene.need(household, 100, category="health", urgency=5)
    paused = scene.pledge(110, categories=["food"])
    scene.settle()
    scene.need(other, 10)
    scene.settle()
    scene.pledge(1000, categories=["health"])
    (theirs,) = scene.allocations(household_id=other)
    scene.refuse(theirs, "suspended", left=100)
    _settle_watched(scene, household)
    assert (scene.find_need(higher).covered, scene.find_need(lower).covered) == (CAP - 100, 100)
    scene.hear(opened(110, kind=PledgeAmended, pledge=paused, version=2, categories=["food"]))
    _settle_watched(scene, household)
    assert (scene.find_need(higher).covered, scene.find_need(lower).covered) == (100, CAP - 100)
    scene.check_books()

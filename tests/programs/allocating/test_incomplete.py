"""A part of what only a whole covers is given back, so that it covers another need."""

from uuid import UUID

import pytest

from services.programs.database import db
from services.programs.matching.models import Allocation
from services.programs.review import operations as review
from shared.events.programs import AllocationCancelled
from tests.programs.scene import Scene


@pytest.fixture
def roof(scene: Scene) -> UUID:
    """A roof that two pledges cover together: 100 of 150 and 50 of it."""
    need = scene.need(scene.household(), 150, category="housing_repair", indivisible=True)
    scene.pledge(100)
    scene.pledge(60)
    scene.settle()
    assert [row.quantity for row in _parts(scene)] == [50, 100]
    return need


def _parts(scene: Scene) -> list[Allocation]:
    return sorted(scene.allocations(stage="proposed"), key=lambda row: row.quantity)


def test_what_is_left_of_a_broken_whole_is_given_back(scene: Scene, roof: UUID) -> None:
    other = scene.need(scene.household(score=1), 100)
    small, large = _parts(scene)
    scene.reserve(large, left=0)
    scene.refuse(small, "insufficient", left=20)
    scene.settle()
    (event,) = scene.told(AllocationCancelled)
    assert (event.allocation, event.quantity, event.reason) == (large.id, 100, "incomplete")
    assert (scene.find_need(roof).covered, scene.find_need(other).covered) == (0, 100)
    scene.check_books()


def test_a_whole_that_another_pledge_mends_keeps_its_parts(scene: Scene, roof: UUID) -> None:
    small, _large = _parts(scene)
    scene.pledge(50)
    scene.refuse(small, "insufficient", left=20)
    scene.settle()
    assert scene.told(AllocationCancelled) == []
    assert scene.find_need(roof).covered == 150


def test_what_is_paid_stays_with_the_need(scene: Scene, roof: UUID) -> None:
    small, large = _parts(scene)
    scene.reserve(large, left=0)
    scene.pay(large, 10)
    scene.refuse(small, "insufficient", left=20)
    scene.settle()
    assert scene.told(AllocationCancelled) == []
    assert scene.find_need(roof).covered == 100


def test_what_a_person_holds_waits_for_that_person(scene: Scene, roof: UUID) -> None:
    small, large = _parts(scene)
    scene.reserve(large, left=0)
    with scene.app.app_context():
        review.hold(large.id, "The price is in doubt.", by="approver")
    scene.refuse(small, "insufficient", left=20)
    scene.settle()
    assert scene.told(AllocationCancelled) == []
    with scene.app.app_context():
        review.approve(large.id, by="approver")
    scene.settle()
    assert len(scene.told(AllocationCancelled)) == 1
    assert scene.find_need(roof).covered == 0


def test_a_veto_of_one_part_gives_the_other_back(scene: Scene, roof: UUID) -> None:
    small, large = _parts(scene)
    for row in (small, large):
        scene.reserve(row, left=0)
    with scene.app.app_context():
        review.veto(small.id, "Not from this one.", by="approver")
        db.session.rollback()
    scene.settle()
    assert [event.allocation for event in scene.told(AllocationCancelled)] == [large.id]
    assert scene.find_need(roof).covered == 0
    scene.check_books()


@pytest.mark.parametrize("steps", [["told"], ["paid"], ["held"], ["told", "paid"], ["told", "held"]])
def test_what_is_begun_is_kept_whole(scene: Scene, roof: UUID, steps: list[str]) -> None:
    small, large = _parts(scene)
    scene.reserve(large, left=0)
    scene.reserve(small, left=10)
    for step in steps:
        with scene.app.app_context():
            if step == "told":
                review.note_told(large.id)
            elif step == "held":
                review.hold(large.id, "The price is in doubt.", by="approver")
        if step == "paid":
            scene.pay(large, 1)
        scene.settle()
    higher = scene.need(scene.household(score=900), 60)
    scene.settle()
    assert (scene.find_need(roof).covered, scene.find_need(higher).covered) == (150, 10)
    scene.check_books()


def test_what_is_not_begun_goes_to_who_stands_higher(scene: Scene, roof: UUID) -> None:
    small, large = _parts(scene)
    scene.reserve(large, left=0)
    scene.reserve(small, left=10)
    higher = scene.need(scene.household(score=900), 60)
    scene.settle()
    assert (scene.find_need(roof).covered, scene.find_need(higher).covered) == (0, 60)

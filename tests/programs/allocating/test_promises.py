"""What may be moved until when: an unpaid match is rerouted, and displaced until its household is told of it."""

from collections.abc import Callable
from uuid import UUID

import pytest

from services.programs.matching.models import Allocation
from services.programs.review import operations as review
from shared.events.donations import PledgeAmended
from shared.events.programs import AllocationCancelled, AllocationProposed
from tests.programs.heard import opened
from tests.programs.scene import Scene


@pytest.fixture
def given(scene: Scene) -> Allocation:
    """A lower need that has all of the only pledge."""
    scene.need(scene.household(decile=3), 100)
    scene.pledge(100)
    scene.settle()
    found = scene.only_allocation()
    scene.reserve(found, left=0)
    return found


def _higher(scene: Scene) -> UUID:
    need = scene.need(scene.household(decile=1), 100, category="health")
    scene.settle()
    return need


def test_a_need_that_stands_higher_takes_its_place(scene: Scene, given: Allocation) -> None:
    higher = _higher(scene)
    assert (scene.find_need(higher).covered, scene.find_need(given.need_id).covered) == (100, 0)
    (event,) = scene.told(AllocationCancelled)
    assert (event.allocation, event.reason) == (given.id, "displaced")
    scene.check_books()


def test_it_is_ended_before_anything_of_it_is_proposed(scene: Scene, given: Allocation) -> None:
    scene.told(AllocationProposed)
    _higher(scene)
    assert scene.order_of(AllocationCancelled, AllocationProposed) == [
        AllocationCancelled,
        AllocationProposed,
    ]


def test_a_need_keeps_what_another_pledge_can_give_it(scene: Scene, given: Allocation) -> None:
    other = scene.pledge(100, categories=["food"])
    higher = _higher(scene)
    moved = {row.need_id: row.pledge_id for row in scene.allocations(stage="proposed")}
    assert moved == {given.need_id: other, higher: given.pledge_id}
    assert [event.reason for event in scene.told(AllocationCancelled)] == ["rerouted"]
    assert scene.find_need(given.need_id).covered == 100


@pytest.mark.parametrize(
    "bind",
    [
        lambda scene, row: scene.pay(row, 10),
        lambda _scene, row: review.hold(row.id, "Is it right?", by="approver"),
        lambda _scene, row: review.note_told(row.id),
    ],
    ids=["paid", "held", "told"],
)
def test_what_is_paid_held_or_told_stays(
    scene: Scene, given: Allocation, bind: Callable[[Scene, Allocation], None]
) -> None:
    with scene.app.app_context():
        bind(scene, given)
    higher = _higher(scene)
    assert (scene.find_need(higher).covered, scene.find_need(given.need_id).covered) == (0, 100)
    assert scene.told(AllocationCancelled) == []


def test_more_of_a_pledge_is_proposed_beside_what_a_person_holds_of_it(scene: Scene) -> None:
    need = scene.need(scene.household(), 100)
    pledge = scene.pledge(60)
    scene.settle()
    with scene.app.app_context():
        review.hold(scene.only_allocation().id, "Is it right?", by="approver")
    scene.hear(opened(100, kind=PledgeAmended, pledge=pledge, version=2))
    scene.settle()
    assert {row.status: row.quantity for row in scene.allocations()} == {"held": 60, "proposed": 40}
    assert scene.find_need(need).covered == 100


def test_what_a_person_approved_stays(scene: Scene) -> None:
    need = scene.need(scene.household(decile=3), 5_000_000)
    scene.pledge(5_000_000)
    scene.settle()
    with scene.app.app_context():
        review.approve(scene.only_allocation().id, by="approver")
    higher = _higher(scene)
    assert (scene.find_need(higher).covered, scene.find_need(need).covered) == (0, 5_000_000)


def test_who_was_told_is_fed_by_another_pledge_and_stays_covered(scene: Scene, given: Allocation) -> None:
    with scene.app.app_context():
        review.note_told(given.id)
    scene.pledge(100, categories=["food"])
    higher = _higher(scene)
    assert (scene.find_need(higher).covered, scene.find_need(given.need_id).covered) == (100, 100)
    # The promise stays with the need, whichever pledge keeps it.
    third = scene.need(scene.household(decile=1), 100)
    scene.settle()
    assert (scene.find_need(third).covered, scene.find_need(given.need_id).covered) == (0, 100)


def test_being_told_of_the_pledge_that_came_instead_promises_nothing_more(
    scene: Scene, given: Allocation
) -> None:
    with scene.app.app_context():
        review.note_told(given.id)
    scene.pledge(100, categories=["food"])
    _higher(scene)
    (instead,) = [row for row in scene.allocations(need_id=given.need_id) if row.is_live]
    with scene.app.app_context():
        review.note_told(instead.id)
    assert scene.find_need(given.need_id).promised == 100


def test_who_was_promised_something_stands_first_where_the_pledge_is_lost(
    scene: Scene, given: Allocation
) -> None:
    with scene.app.app_context():
        review.note_told(given.id)
    waiting = _higher(scene)
    scene.refuse(given, "suspended", left=0)
    scene.pledge(100)
    scene.settle()
    assert (scene.find_need(given.need_id).covered, scene.find_need(waiting).covered) == (100, 0)


def test_the_policy_may_say_that_a_reserved_match_is_not_displaced(scene: Scene) -> None:
    scene.adopt(displaced_until="reserved")
    lower = scene.need(scene.household(decile=3), 100)
    pledge = scene.pledge(100)
    scene.settle()
    scene.reserve(scene.only_allocation(), left=0)
    higher = _higher(scene)
    assert (scene.find_need(higher).covered, scene.find_need(lower).covered) == (0, 100)
    other = scene.pledge(100, categories=["food"])
    scene.settle()
    given = {row.need_id: row.pledge_id for row in scene.allocations() if row.is_live}
    assert given == {lower: other, higher: pledge}, "it is rerouted all the same"


def test_the_policy_may_say_that_a_reserved_match_is_not_rerouted(scene: Scene) -> None:
    scene.adopt(rerouted_until="reserved", displaced_until="reserved")
    lower = scene.need(scene.household(decile=3), 100)
    pledge = scene.pledge(100)
    scene.settle()
    scene.reserve(scene.only_allocation(), left=0)
    other = scene.pledge(50, categories=["food"])
    higher = _higher(scene)
    assert {row.need_id: row.pledge_id for row in scene.allocations() if row.is_live} == {lower: pledge}
    scene.settle()
    assert (scene.find_need(higher).covered, scene.find_pledge(other).used) == (0, 0)


def test_the_policy_may_say_so_of_what_is_reserved_already(scene: Scene, given: Allocation) -> None:
    scene.adopt(displaced_until="reserved")
    scene.settle()
    higher = _higher(scene)
    assert (scene.find_need(higher).covered, scene.find_need(given.need_id).covered) == (0, 100)


def test_what_is_reserved_and_what_was_told_are_both_kept(scene: Scene) -> None:
    scene.adopt(displaced_until="reserved")
    lower = scene.need(scene.household(decile=3), 100)
    scene.pledge(50)
    scene.settle()
    scene.reserve(scene.only_allocation(), left=0)
    scene.pledge(50)
    scene.settle()
    (proposed,) = scene.allocations(stage="proposed")
    scene.do(lambda _: review.note_told(proposed.id))
    higher = _higher(scene)
    assert (scene.find_need(higher).covered, scene.find_need(lower).covered) == (0, 100)

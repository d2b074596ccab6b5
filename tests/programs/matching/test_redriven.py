"""An answer that was put aside and handed back finds its allocation over: donations is told so once more."""

from services.programs.matching.models import Allocation
from shared.events.donations import PledgeAmended
from shared.events.programs import AllocationCancelled
from tests.programs.heard import opened
from tests.programs.scene import Scene


def _ended(scene: Scene) -> tuple[Allocation, AllocationCancelled]:
    household = scene.household()
    scene.need(household, 100)
    scene.pledge(100)
    scene.settle()
    allocation = scene.only_allocation()
    scene.change(household, status="lapsed")
    (first,) = scene.told(AllocationCancelled)
    return allocation, first


def test_a_reservation_of_what_is_over_is_answered_by_its_end(scene: Scene) -> None:
    allocation, first = _ended(scene)
    scene.reserve(allocation, left=0)
    (again,) = scene.told(AllocationCancelled)
    assert (again.allocation, again.quantity, again.reason) == (allocation.id, 100, first.reason)
    scene.release(allocation, first.reason, left=100)
    assert scene.told(AllocationCancelled) == []
    scene.check_books()


def test_what_was_left_before_is_not_believed_after_what_is_left_now(scene: Scene) -> None:
    allocation, first = _ended(scene)
    put_aside = scene.reserved(allocation, left=0)
    scene.heard += 1
    scene.release(allocation, first.reason, left=100)
    scene.hear(put_aside, offset=scene.heard - 2)
    assert scene.find_pledge(allocation.pledge_id).free == 100


def test_a_refusal_from_before_a_pledge_was_changed_does_not_block_it(scene: Scene) -> None:
    scene.need(scene.household(), 100)
    pledge = scene.pledge(100)
    scene.settle()
    allocation = scene.only_allocation()
    put_aside = scene.refused(allocation, "suspended", left=100)
    scene.heard += 1
    scene.hear(opened(150, pledge=pledge, version=2, kind=PledgeAmended))
    scene.hear(put_aside, offset=scene.heard - 2)
    assert (allocation.stage, scene.find_pledge(pledge).free) == ("proposed", 150)


def test_a_payment_of_what_is_over_is_answered_by_its_end(scene: Scene) -> None:
    allocation, first = _ended(scene)
    scene.pay(allocation, 60)
    (again,) = scene.told(AllocationCancelled)
    assert (again.allocation, again.reason) == (allocation.id, first.reason)
    (row,) = scene.allocations(id=allocation.id)
    assert (row.stage, row.contributed) == ("released", 0)


def test_what_was_handed_over_is_not_taken_back(scene: Scene) -> None:
    scene.need(scene.household(), 100)
    scene.pledge(100)
    scene.settle()
    allocation = scene.only_allocation()
    scene.reserve(allocation, left=0)
    scene.pay(allocation)
    scene.hand_over(allocation)
    scene.reserve(allocation, left=0)
    assert scene.told(AllocationCancelled) == []

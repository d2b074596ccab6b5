"""What donations answers, and what the match makes of it."""

from datetime import timedelta

import pytest

from shared import clock
from shared.errors import NotFound
from shared.events.donations import AllocationRefused, PledgeAmended
from shared.events.programs import AllocationProposed
from shared.ids import new_id
from tests.programs.scene import Scene, opened


def matched(scene: Scene, quantity: int = 100, pledged: int = 1000) -> tuple[object, object]:
    need, pledge = scene.need(scene.household(), quantity), scene.pledge(pledged)
    scene.settle()
    return need, pledge


def test_reserved_then_paid(scene: Scene) -> None:
    matched(scene)
    allocation = scene.only_allocation()
    scene.reserve(allocation, left=900)
    assert scene.only_allocation().status == "reserved"
    scene.pay(allocation, 40)
    assert (scene.only_allocation().status, scene.only_allocation().contributed) == ("contributed", 40)
    scene.pay(allocation, 60)
    assert scene.only_allocation().contributed == 100
    scene.check_books()


def test_a_refusal_opens_the_need_again_and_corrects_the_copy(scene: Scene) -> None:
    matched(scene)
    scene.refuse(scene.only_allocation(), "insufficient", left=30)
    scene.settle()
    (first, second) = scene.allocations()
    assert (first.status, first.ended_reason, first.holding) == ("refused", "insufficient", 0)
    # The next proposal asks for no more than donations said is left.
    assert (second.status, second.quantity) == ("proposed", 30)
    scene.check_books()


@pytest.mark.parametrize("why", ["restricted", "over_cap", "not_open", "unknown_pledge"])
def test_a_refusal_is_never_answered_with_the_same_proposal(scene: Scene, why: str) -> None:
    matched(scene)
    scene.refuse(scene.only_allocation(), why, left=1000)
    scene.settle()
    scene.settle()
    assert [row.status for row in scene.allocations()] == ["refused"]


def test_a_changed_pledge_is_tried_again(scene: Scene) -> None:
    need, pledge = matched(scene)
    scene.refuse(scene.only_allocation(), "not_open", left=0)
    scene.settle()
    scene.hear(opened(1000, kind=PledgeAmended, pledge=pledge, version=2))  # type: ignore[arg-type]
    scene.settle()
    assert [row.status for row in scene.allocations()] == ["refused", "proposed"]


def test_a_pledge_that_was_not_open_is_tried_again_once_a_day(scene: Scene) -> None:
    _, pledge = matched(scene)
    for day in range(3):
        with clock.shifted(timedelta(days=day)):
            scene.settle()
            assert len(scene.told(AllocationProposed)) == 1
            scene.refuse(scene.only_allocation(), "not_open", left=1000)
            for _ in range(3):
                scene.settle()
            assert scene.told(AllocationProposed) == []
            assert scene.find_pledge(pledge).free == 0  # type: ignore[arg-type]
    with clock.shifted(timedelta(days=3)):
        assert scene.find_pledge(pledge).free == 1000  # type: ignore[arg-type]
        scene.settle()
        scene.reserve(scene.only_allocation(), left=900)
    assert [row.status for row in scene.allocations()] == ["refused"] * 3 + ["reserved"]
    scene.check_books()


def test_a_pledge_that_is_not_known_is_not_tried_again(scene: Scene) -> None:
    matched(scene)
    scene.refuse(scene.only_allocation(), "unknown_pledge", left=0)
    with clock.shifted(timedelta(days=1)):
        scene.need(scene.household(), 100)
        scene.settle()
    assert len(scene.allocations()) == 1


def test_another_pledge_takes_over_what_one_refused(scene: Scene) -> None:
    matched(scene, pledged=100)
    other = scene.pledge(100)
    scene.settle()
    scene.refuse(scene.only_allocation(), "restricted", left=100)
    scene.settle()
    assert scene.only_allocation().pledge_id == other


def test_a_release_opens_the_need_again(scene: Scene) -> None:
    need, pledge = matched(scene)
    allocation = scene.only_allocation()
    scene.reserve(allocation, left=900)
    scene.release(allocation, "expired", left=0)
    assert scene.allocations()[0].status == "released"
    assert scene.find_need(need).covered == 0  # type: ignore[arg-type]
    scene.check_books()


def test_withdrawing_lets_the_paid_part_go_on(scene: Scene) -> None:
    need, _ = matched(scene)
    allocation = scene.only_allocation()
    scene.reserve(allocation, left=900)
    scene.pay(allocation, 40)
    scene.release(allocation, "withdrawn", left=0, quantity=60)
    rest = scene.only_allocation()
    assert (rest.status, rest.quantity, rest.contributed) == ("contributed", 40, 40)
    assert scene.find_need(need).covered == 40  # type: ignore[arg-type]
    scene.check_books()


def test_what_is_paid_and_released_returns_to_the_pledge(scene: Scene) -> None:
    matched(scene)
    allocation = scene.only_allocation()
    scene.reserve(allocation, left=900)
    scene.pay(allocation)
    scene.release(allocation, "vetoed", left=1000, contributed=100)
    (row,) = scene.allocations()
    assert (row.status, row.contributed) == ("released", 0)
    scene.check_books()


def test_an_answer_about_an_allocation_that_was_never_proposed_is_put_aside(scene: Scene) -> None:
    _, pledge = matched(scene)
    event = AllocationRefused(
        pledge=pledge,  # type: ignore[arg-type]
        allocation=new_id(),
        need=new_id(),
        quantity=1,
        why="insufficient",
        left=0,
    )
    with pytest.raises(NotFound):
        scene.hear(event)


def test_what_waits_for_an_answer_is_not_offered_twice(scene: Scene) -> None:
    for _ in range(3):
        scene.need(scene.household(), 100)
    scene.pledge(300)
    scene.settle()
    first, *_ = scene.allocations()
    # Donations has less than we thought, and has not seen the other two proposals yet.
    scene.refuse(first, "insufficient", left=200)
    scene.settle()
    assert len(scene.told(AllocationProposed)) == 3
    assert [row.status for row in scene.allocations()] == ["refused", "proposed", "proposed"]
    scene.check_books()


def test_a_batch_of_answers_is_applied_in_order(scene: Scene) -> None:
    for _ in range(4):
        scene.need(scene.household(), 100)
    pledge = scene.pledge(400)
    scene.settle()
    for left, row in enumerate(reversed(scene.allocations())):
        scene.reserve(row, left=left)
    assert {row.status for row in scene.allocations()} == {"reserved"}
    assert scene.find_pledge(pledge).withheld == 0

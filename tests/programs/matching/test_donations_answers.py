"""What donations answers, and what the match makes of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.programs.answers import operations
from shared import clock
from shared.errors import NotFound
from shared.events.donations import AllocationRefused, PledgeAmended
from shared.events.programs import AllocationCancelled, AllocationProposed
from shared.ids import new_id
from tests.programs.heard import opened
from tests.programs.scene import Scene


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
    assert (scene.only_allocation().status, scene.only_allocation().contributed) == ("reserved", 40)
    scene.pay(allocation, 60)
    assert (scene.only_allocation().status, scene.only_allocation().contributed) == ("contributed", 100)
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


def test_what_was_paid_of_what_a_person_ended_is_with_the_pledge_again(
    scene: Scene, bearer: Callable[..., dict[str, str]]
) -> None:
    matched(scene)
    allocation = scene.only_allocation()
    scene.reserve(allocation, left=900)
    scene.pay(allocation, 60)
    client, officer = scene.app.test_client(), bearer(scene.app, "verifier")
    client.post(f"/v1/allocations/{allocation.id}/veto", json={"reason": "doubtful"}, headers=officer)
    assert scene.allocations()[0].contributed == 60
    scene.release(allocation, "vetoed", left=1000, contributed=60)
    assert (scene.allocations()[0].status, scene.allocations()[0].contributed) == ("vetoed", 0)


NARROWED = [
    {"areas": ["35.17.02"]},
    {"categories": ["education"]},
    {"attributes": ["elderly"]},
    {"max_decile": 1},
    {"zakat": True},
]


def amend(scene: Scene, pledge: object, *, version: int = 2, quantity: int = 1000, **rule: Any) -> None:
    scene.hear(opened(quantity, kind=PledgeAmended, pledge=pledge, version=version, **rule))  # type: ignore[arg-type]


@pytest.mark.parametrize("narrowed", NARROWED)
def test_what_a_narrowed_pledge_no_longer_admits_goes_to_others(
    scene: Scene, narrowed: dict[str, Any]
) -> None:
    need = scene.need(scene.household(decile=2), 100)
    pledge = scene.pledge(1000)
    scene.settle()
    scene.reserve(scene.only_allocation(), left=900)
    other = scene.pledge(100)
    amend(scene, pledge, **narrowed)
    (row,) = scene.allocations()
    assert (row.status, row.ended_reason, row.holding) == ("released", "no_longer_admitted", 0)
    assert [event.reason for event in scene.told(AllocationCancelled)] == ["no_longer_admitted"]
    scene.settle()
    assert (scene.only_allocation().need_id, scene.only_allocation().pledge_id) == (need, other)
    scene.check_books()


@pytest.mark.parametrize("proposed", [True, False])
def test_what_a_narrowed_pledge_still_admits_stays(scene: Scene, proposed: bool) -> None:
    _, pledge = matched(scene)
    if not proposed:
        scene.reserve(scene.only_allocation(), left=900)
    amend(scene, pledge, categories=["food"], areas=["35.17.01"], max_decile=1, zakat=True)
    assert scene.only_allocation().is_live
    assert scene.told(AllocationCancelled) == []


def test_what_is_paid_of_a_narrowed_pledge_goes_on(scene: Scene) -> None:
    _, pledge = matched(scene)
    scene.reserve(scene.only_allocation(), left=900)
    scene.pay(scene.only_allocation(), 10)
    amend(scene, pledge, categories=["education"])
    assert scene.only_allocation().is_live


def test_what_a_narrowed_pledge_gave_to_a_held_household_ends_when_it_is_released(scene: Scene) -> None:
    _, pledge = matched(scene)
    household = scene.only_allocation().household_id
    scene.change(household, held=True)
    amend(scene, pledge, categories=["education"])
    assert scene.only_allocation().status == "held"
    scene.change(household, held=False)
    assert [row.ended_reason for row in scene.allocations()] == ["no_longer_admitted"]


def test_a_payment_before_the_narrowing_counts_and_one_after_it_is_left_to_donations(scene: Scene) -> None:
    for _ in range(2):
        scene.need(scene.household(), 100)
    pledge = scene.pledge(200)
    scene.settle()
    first, second = scene.allocations()
    narrowed = opened(200, kind=PledgeAmended, pledge=pledge, version=2, categories=["education"])
    scene.hear(scene.paid(first, 100), narrowed, scene.paid(second, 100))
    assert [row.status for row in scene.allocations()] == ["contributed", "released"]
    scene.check_books()


def test_a_pledge_whose_rule_stays_looks_at_nothing_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, pledge = matched(scene)
    monkeypatch.delattr(operations, "find_unpaid")
    amend(scene, pledge, quantity=2000)
    assert scene.find_pledge(pledge).quantity == 2000  # type: ignore[arg-type]


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
    # What there is goes to those who stand highest, of whom the first is one.
    assert len(scene.told(AllocationProposed)) == 4
    assert [row.status for row in scene.allocations()] == ["refused", "proposed", "released", "proposed"]
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

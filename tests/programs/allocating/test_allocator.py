"""The allocator on a real database: what it writes, what it tells, and what it leaves alone."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from services.programs.allocating import operations
from services.programs.database import db
from services.programs.in_play.domain import Parts
from services.programs.proposing import operations as proposing
from services.programs.proposing.operations import Decided
from services.programs.registry.models import Household
from shared import clock
from shared.events.donations import PledgeAmended, PledgeWithdrawn
from shared.events.programs import AllocationProposed
from tests.programs.heard import TODAY, opened
from tests.programs.scene import OTHER_VILLAGE, Scene


def test_a_pledge_finds_a_verified_household_on_its_own(scene: Scene) -> None:
    need = scene.need(scene.household(score=700), 300_000, urgency=5)
    pledge = scene.pledge(1_000_000, categories=["food"])
    scene.settle()
    (event,) = scene.told(AllocationProposed)
    assert (event.need, event.pledge, event.quantity) == (need, pledge, 300_000)
    assert event.key == pledge
    assert (event.fund, event.unit, event.value_idr) == ("zis", "IDR", 300_000)
    assert event.reasons.admitted_by == ["category"]
    assert (event.reasons.rank, event.reasons.of, event.reasons.score) == (1, 1, 700)
    assert not event.awaits_approval
    allocation = scene.only_allocation()
    assert (allocation.status, allocation.holding, allocation.policy_version) == ("proposed", 300_000, 1)
    assert scene.find_need(need).status == "covered"
    assert scene.find_pledge(pledge).free == 700_000
    scene.check_books()


@pytest.mark.parametrize(
    "household",
    [
        {"status": "registered"},
        {"status": "lapsed"},
        {"held": True},
        {"valid_until": TODAY - timedelta(days=1)},
    ],
)
def test_never_matches_a_household_that_is_not_verified_or_is_held(
    scene: Scene, household: dict[str, object]
) -> None:
    scene.need(scene.household(**household))  # type: ignore[arg-type]
    scene.pledge()
    scene.settle()
    assert scene.allocations() == []


def test_a_need_met_by_several_pledges_has_an_allocation_of_each(scene: Scene) -> None:
    need = scene.need(scene.household(), 250)
    scene.pledge(100)
    scene.pledge(100)
    scene.settle()
    assert [row.quantity for row in scene.allocations()] == [100, 100]
    assert scene.find_need(need).covered == 200
    scene.check_books()


def test_settles_only_when_something_changed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.need(scene.household(), 500)
    scene.pledge(100)
    scene.settle()
    monkeypatch.delattr(operations, "read_market")
    monkeypatch.delattr(operations, "_hear")
    scene.settle()


def test_a_pledge_that_opens_tomorrow_is_matched_tomorrow(scene: Scene) -> None:
    scene.need(scene.household(), 100)
    scene.pledge(100, opens_on=TODAY + timedelta(days=1))
    scene.settle()
    assert scene.allocations() == []
    with clock.shifted(timedelta(days=1)):
        scene.settle()
        assert len(scene.allocations()) == 1


def test_goods_find_needs_of_their_item_only(scene: Scene) -> None:
    household = scene.household()
    rice = scene.need(household, 20, item="rice", unit="kg")
    scene.need(household, 20_000)
    scene.pledge(50, item="rice", unit="kg")
    scene.settle()
    allocation = scene.only_allocation()
    assert (allocation.need_id, allocation.quantity) == (rice, 20)
    (event,) = scene.told(AllocationProposed)
    assert event.value_idr == 20 * 14_000


def test_large_amounts_wait_for_one_or_two_people(scene: Scene) -> None:
    amounts = [4_999_999, 5_000_000, 20_000_000]
    for amount in amounts:
        scene.need(scene.household(), amount)
    scene.pledge(sum(amounts))
    scene.settle()
    assert {row.quantity: row.approvals_needed for row in scene.allocations()} == dict(
        zip(amounts, (0, 1, 2), strict=True)
    )
    assert {event.quantity: event.awaits_approval for event in scene.told(AllocationProposed)} == dict(
        zip(amounts, (False, True, True), strict=True)
    )


def test_many_small_pledges_to_one_need_wait_as_one_large_one_does(scene: Scene) -> None:
    need = scene.need(scene.household(), 20_000_000)
    needed = []
    for _ in range(5):
        scene.pledge(4_000_000)
        scene.settle()
        needed.append(scene.allocations()[-1].approvals_needed)
    assert needed == [0, 1, 1, 1, 2]
    assert scene.find_need(need).status == "covered"


def test_what_is_allocated_at_once_waits_as_what_is_allocated_one_by_one(scene: Scene) -> None:
    scene.need(scene.household(), 12_000_000)
    scene.need(scene.household(), 4_000_000)
    for _ in range(4):
        scene.pledge(4_000_000)
    scene.settle()
    assert sorted(row.approvals_needed for row in scene.allocations()) == [0, 0, 1, 1]


def test_many_small_needs_of_one_household_wait_as_one_large_one_does(scene: Scene) -> None:
    household = scene.household()
    for category in ("food", "health", "education", "housing_repair", "business_capital"):
        scene.need(household, 4_000_000, category=category)
    scene.need(scene.household(), 4_000_000)
    scene.pledge(24_000_000)
    scene.settle()
    assert sorted(row.approvals_needed for row in scene.allocations(household_id=household)) == [
        0,
        1,
        1,
        1,
        2,
    ]
    assert [row.approvals_needed for row in scene.allocations() if row.household_id != household] == [0]


def test_a_small_gift_does_not_wait_because_a_large_one_does(scene: Scene) -> None:
    household = scene.household()
    scene.need(household, 19_000_000)
    scene.pledge(19_000_000)
    scene.settle()
    scene.need(household, 500_000, category="health")
    scene.pledge(500_000)
    scene.settle()
    assert sorted(row.approvals_needed for row in scene.allocations()) == [0, 1]


def test_what_is_recorded_paid_and_delivered_comes_to_wait_when_it_is_recorded_again(scene: Scene) -> None:
    household, needed = scene.household(), []
    for _ in range(2):
        scene.need(household, 2_500_000, category="business_capital")
        scene.pledge(2_500_000)
        scene.settle()
        (made,) = [row for row in scene.allocations() if row.delivered == 0]
        needed.append(made.approvals_needed)
        scene.reserve(made, left=0)
        if not made.approvals_needed:
            scene.pay(made)
            scene.hand_over(made)
    assert needed == [0, 1]


def test_a_new_verification_begins_the_count_anew(scene: Scene) -> None:
    household = scene.household()
    scene.need(household, 4_000_000)
    scene.pledge(4_000_000)
    scene.settle()
    scene.change(household, verified_at=clock.now())
    scene.need(household, 4_000_000, category="health")
    scene.pledge(4_000_000)
    scene.settle()
    assert [row.approvals_needed for row in scene.allocations()] == [0, 0]


def test_what_was_delivered_of_a_need_counts_and_what_was_given_back_does_not(scene: Scene) -> None:
    scene.need(scene.household(), 20_000_000)
    scene.pledge(4_000_000)
    scene.settle()
    first = scene.only_allocation()
    scene.reserve(first, left=0)
    scene.release(first, "expired", left=0)
    scene.hear(opened(4_000_000, kind=PledgeWithdrawn, pledge=first.pledge_id, version=2))
    scene.pledge(4_000_000)
    scene.settle()
    second = scene.only_allocation()
    assert second.approvals_needed == 0
    scene.reserve(second, left=0)
    scene.pay(second)
    scene.hand_over(second)
    scene.pledge(4_000_000)
    scene.settle()
    assert scene.only_allocation().approvals_needed == 1


def test_a_big_burst_is_settled_in_parts_to_the_same_end(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "AT_MOST", 3)
    for score in range(8):
        scene.need(scene.household(score=score), 10)
    scene.pledge(75)
    scene.settle()
    assert sorted(row.quantity for row in scene.allocations()) == [5, *[10] * 7]
    events = scene.told(AllocationProposed)
    assert [event.reasons.score for event in events] == [7, 6, 5, 4, 3, 2, 1, 0]
    scene.check_books()


def test_drops_a_proposal_whose_household_is_held_meanwhile_and_tries_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    household = scene.household()
    scene.need(household, 10)
    other = scene.need(scene.household(decile=2), 10)
    scene.pledge(10)
    write = proposing.write

    def hold_then_write(session: Session, decided: Decided) -> dict[UUID, Parts]:
        with db.engine.begin() as connection:
            connection.execute(update(Household).where(Household.id == household).values(held=True))
        return write(session, decided)

    monkeypatch.setattr(operations, "write", hold_then_write)
    scene.settle()
    assert scene.only_allocation().need_id == other
    scene.check_books()


def test_withdrawn_pledges_are_not_matched_and_late_news_of_them_changes_nothing(scene: Scene) -> None:
    first = opened(100)
    scene.hear(first, opened(0, kind=PledgeWithdrawn, pledge=first.pledge, version=2))
    scene.hear(opened(100, kind=PledgeAmended, pledge=first.pledge, version=1))
    scene.need(scene.household(), 100)
    scene.settle()
    assert scene.allocations() == []
    assert scene.find_pledge(first.pledge).status == "withdrawn"


def test_restrictions_of_area_reach_only_that_area(scene: Scene) -> None:
    scene.need(scene.household(), 100)
    there = scene.need(scene.household(desa=OTHER_VILLAGE), 100)
    scene.pledge(500, areas=["35.17.02"])
    scene.settle()
    assert scene.only_allocation().need_id == there


def test_a_cap_counts_what_the_household_already_has_of_the_pledge(scene: Scene) -> None:
    household = scene.household()
    scene.need(household, 100)
    scene.pledge(1000, cap_per_household=120)
    scene.settle()
    scene.need(household, 100, category="education")
    scene.settle()
    assert [row.quantity for row in scene.allocations()] == [100, 20]

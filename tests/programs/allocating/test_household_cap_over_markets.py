"""The most that a household gets in all holds over markets that are settled one by one."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.programs.policy.operations import draft_policy
from services.programs.policy.queries import current_version, find_draft
from services.programs.review import operations as review
from services.programs.trying_out.operations import work_out
from shared.events.donations import PledgeAmended
from tests.programs.heard import opened
from tests.programs.scene import Scene


def test_it_holds_over_all_markets(scene: Scene) -> None:
    scene.adopt(household_cap_idr=30_000)
    household = scene.household()
    rice = scene.need(household, 2, item="rice", unit="kg")
    cash = scene.need(household, 20_000, category="health")
    scene.pledge(100, item="rice", unit="kg")
    scene.pledge(1_000_000)
    scene.settle()
    covered = scene.find_need(rice).covered, scene.find_need(cash).covered
    worth = _has(scene, household)
    assert covered[0] > 0
    assert worth <= 30_000
    assert worth > 30_000 - 14_000, "less is left than a kilogram costs, or all of the other need is covered"
    scene.check_books()


def test_what_comes_free_in_one_market_goes_to_its_needs_in_others(scene: Scene) -> None:
    scene.adopt(household_cap_idr=30_000)
    household = scene.household()
    cash = scene.need(household, 20_000, category="health", urgency=5)
    rice = scene.need(household, 2, item="rice", unit="kg", urgency=1)
    scene.pledge(1_000_000)
    scene.pledge(100, item="rice", unit="kg")
    scene.settle()
    assert (scene.find_need(cash).covered, scene.find_need(rice).covered) == (20_000, 0)
    (allocation,) = [row for row in scene.allocations(need_id=cash) if row.is_live]
    scene.do(lambda _: review.veto(allocation.id, "Sudah dibantu", by="approver"))
    scene.settle()
    assert (scene.find_need(cash).covered, scene.find_need(rice).covered) == (0, 2)
    scene.check_books()


def test_a_higher_need_takes_what_a_lower_one_has_in_another_market(scene: Scene) -> None:
    scene.adopt(household_cap_idr=30_000)
    household = scene.household()
    rice = scene.need(household, 2, item="rice", unit="kg", urgency=1)
    scene.pledge(100, item="rice", unit="kg")
    scene.settle()
    assert scene.find_need(rice).covered == 2
    cash = scene.need(household, 20_000, category="health", urgency=5)
    scene.pledge(1_000_000)
    scene.settle()
    assert (scene.find_need(cash).covered, scene.find_need(rice).covered) == (20_000, 0)
    scene.check_books()


def test_a_higher_need_takes_no_more_than_it_lacks(scene: Scene) -> None:
    scene.adopt(household_cap_idr=70_000)
    household = scene.household()
    rice = scene.need(household, 5, item="rice", unit="kg", urgency=1)
    scene.pledge(100, item="rice", unit="kg")
    scene.settle()
    cash = scene.need(household, 20_000, category="health", urgency=5)
    scene.pledge(1_000_000)
    scene.settle()
    assert (scene.find_need(cash).covered, scene.find_need(rice).covered) == (20_000, 3)
    scene.check_books()


def test_what_was_told_in_another_market_a_higher_need_may_not_take(scene: Scene) -> None:
    scene.adopt(household_cap_idr=30_000)
    household = scene.household()
    rice = scene.need(household, 2, item="rice", unit="kg", urgency=1)
    scene.pledge(100, item="rice", unit="kg")
    scene.settle()
    scene.do(lambda _: review.note_told(scene.only_allocation().id))
    cash = scene.need(household, 20_000, category="health", urgency=5)
    scene.pledge(1_000_000)
    scene.settle()
    assert (scene.find_need(cash).covered, scene.find_need(rice).covered) == (2_000, 2)
    scene.check_books()


def test_a_draft_with_a_limit_is_tried_out_over_all_markets(scene: Scene) -> None:
    scene.adopt(household_cap_idr=None)
    household = scene.household()
    scene.need(household, 2, item="rice", unit="kg", urgency=1)
    scene.need(household, 20_000, category="health", urgency=5)
    scene.pledge(100, item="rice", unit="kg")
    scene.pledge(1_000_000)
    scene.settle()
    rules = scene.do(lambda session: current_version(session).rules())
    scene.do(lambda _: draft_policy(rules.version, replace(rules, household_cap_idr=35_000), by="planner"))
    scene.do(work_out)
    total = scene.do(find_draft).effect["total"]
    assert (total["losing"], total["lost_idr"]) == (1, 14_000)
    scene.adopt(household_cap_idr=35_000)
    scene.settle()
    assert _has(scene, household) == 48_000 - total["lost_idr"]


def test_two_higher_needs_take_what_a_lower_one_has_of_two_pledges(scene: Scene) -> None:
    scene.adopt(household_cap_idr=100_000)
    household = scene.household()
    rice = scene.need(household, 5, item="rice", unit="kg", urgency=1)
    scene.pledge(3, item="rice", unit="kg")
    scene.pledge(2, item="rice", unit="kg")
    scene.settle()
    higher = [scene.need(household, 50_000, category=each, urgency=5) for each in ("education", "health")]
    scene.pledge(1_000_000)
    scene.settle()
    assert [scene.find_need(need).covered for need in (*higher, rice)] == [50_000, 50_000, 0]
    scene.check_books()


def test_a_whole_of_which_a_part_was_told_is_kept_whole(scene: Scene) -> None:
    scene.adopt(household_cap_idr=150_000)
    household = scene.household()
    roof = scene.need(household, 100_000, category="housing_repair", urgency=1, indivisible=True)
    for _ in range(2):
        scene.pledge(60_000)
    scene.settle()
    first = max(scene.allocations(need_id=roof), key=lambda row: row.quantity)
    scene.do(lambda _: review.note_told(first.id))
    rice = scene.need(household, 7, item="rice", unit="kg", urgency=5)
    scene.pledge(100, item="rice", unit="kg")
    scene.settle()
    assert (scene.find_need(roof).covered, scene.find_need(rice).covered) == (100_000, 3)
    scene.check_books()


def test_what_was_promised_stays_where_another_pledge_gives_it(scene: Scene) -> None:
    scene.adopt(household_cap_idr=100_000)
    household = scene.household()
    rice = scene.need(household, 5, item="rice", unit="kg", urgency=1)
    for _ in range(2):
        scene.pledge(3, item="rice", unit="kg")
    scene.settle()
    told = max(scene.allocations(need_id=rice), key=lambda row: row.quantity)
    scene.do(lambda _: review.note_told(told.id))
    scene.pledge(3, item="rice", unit="kg")
    scene.do(lambda _: review.veto(told.id, "Bukan ini", by="approver"))
    scene.settle()
    scene.need(household, 58_000, category="health", urgency=5)
    scene.pledge(1_000_000)
    for _ in range(30):
        more = scene.do(scene.allocator.settle_next)
        assert scene.find_need(rice).covered >= 3
        if not more:
            break
    scene.check_books()


def test_a_draft_is_tried_out_until_all_markets_agree(scene: Scene) -> None:
    scene.adopt(household_cap_idr=None)
    household = scene.household()
    scene.need(household, 1, item="health_check", unit="visit", category="health", urgency=5)
    scene.need(household, 100_000, category="education", urgency=4)
    scene.need(household, 10, item="rice", unit="kg", urgency=3)
    for item, unit in (("rice", "kg"), ("health_check", "visit"), (None, "IDR")):
        scene.pledge(1_000_000, item=item, unit=unit)
    scene.settle()
    rules = scene.do(lambda session: current_version(session).rules())
    scene.do(lambda _: draft_policy(rules.version, replace(rules, household_cap_idr=200_000), by="planner"))
    scene.do(work_out)
    lost = scene.do(find_draft).effect["total"]["lost_idr"]
    scene.adopt(household_cap_idr=200_000)
    scene.settle()
    assert _has(scene, household) == 390_000 - lost == 200_000


def _has(scene: Scene, household: UUID) -> int:
    return sum(
        row.value_idr // row.quantity * row.holding for row in scene.allocations(household_id=household)
    )


@pytest.mark.parametrize("begins_anew", [False, True])
def test_what_comes_into_play_again_gives_way_to_a_higher_need_in_another_market(
    scene: Scene, begins_anew: bool
) -> None:
    scene.adopt(household_cap_idr=30_000)
    household, other = scene.household(), scene.household()
    rice = scene.need(household, 2, item="rice", unit="kg", urgency=1)
    cash = scene.need(household, 20_000, category="health", urgency=5)
    paused = scene.pledge(3, item="rice", unit="kg")
    scene.settle()
    scene.need(other, 1, item="rice", unit="kg")
    scene.settle()
    (theirs,) = scene.allocations(household_id=other)
    scene.refuse(theirs, "suspended", left=2)
    scene.settle()
    scene.pledge(1_000_000)
    scene.settle()
    assert (scene.find_need(cash).covered, scene.find_need(rice).covered) == (2_000, 2)
    if begins_anew:
        scene.replace_the_worker()
    scene.hear(opened(3, item="rice", unit="kg", kind=PledgeAmended, pledge=paused, version=2))
    scene.settle()
    assert (scene.find_need(cash).covered, scene.find_need(rice).covered) == (20_000, 0)
    scene.check_books()

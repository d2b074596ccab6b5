"""What a draft would change, before anybody adopts it: counted by tier and sub-district, and nothing is written."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.programs.database import db
from services.programs.policy.domain import Rules
from services.programs.review import operations as review
from services.programs.standing.operations import keep_shares
from services.programs.trying_out import operations
from services.programs.trying_out.domain import Effect
from services.programs.trying_out.operations import work_out
from tests.programs.heard import TODAY
from tests.programs.policy.office import PolicyOffice
from tests.programs.scene import Scene

Bearer = Callable[..., dict[str, str]]
WEST, EAST = "35.17.01", "35.17.02"


@pytest.fixture
def office(scene: Scene, bearer: Bearer) -> PolicyOffice:
    """Planners beside a market in which one need has everything, and a more urgent one nothing."""
    scene.need(scene.household(desa=f"{WEST}.2001", decile=1), 100, urgency=1)
    scene.need(scene.household(desa=f"{EAST}.2001", decile=3), 100, urgency=5)
    scene.need(scene.household(desa=f"{EAST}.2001", decile=6), 7, item="rice", unit="kg", category="food")
    scene.pledge(100)
    scene.pledge(3, item="rice", unit="kg")
    scene.settle()
    return PolicyOffice(scene, bearer)


def test_it_says_who_gains_and_who_loses(office: PolicyOffice, scene: Scene) -> None:
    office.draft(tiers=[1, 4], order=["urgency"])
    same = office.try_out()
    assert (same["total"]["gaining"], same["total"]["losing"]) == (0, 0), "the tiers come before the urgency"
    office.draft(tiers=[], order=["urgency"])
    effect = office.try_out()
    total = effect["total"]
    assert (total["needs"], total["gaining"], total["losing"]) == (3, 1, 1)
    assert (total["gained_idr"], total["lost_idr"]) == (100, 100)
    areas = {part["area"]: part for part in effect["areas"]}
    assert (areas[WEST]["losing"], areas[WEST]["covered_before_idr"], areas[WEST]["covered_after_idr"]) == (
        1,
        100,
        0,
    )
    assert (areas[EAST]["gaining"], areas[EAST]["gained_idr"]) == (1, 100)
    assert [part["tier"] for part in effect["tiers"]] == [1]
    assert len([row for row in scene.allocations() if row.is_live]) == 2, "nothing is written"


def test_it_counts_by_the_tiers_of_the_draft_at_reference_prices(office: PolicyOffice) -> None:
    office.draft(tiers=[2, 5])
    effect = office.try_out()
    assert [(part["tier"], part["needs"]) for part in effect["tiers"]] == [(1, 1), (2, 1), (3, 1)]
    rice = effect["tiers"][2]
    assert rice["covered_before_idr"] == rice["covered_after_idr"] == rice["value_idr"] * 3 // 7 > 7


def test_what_was_told_is_lost_by_no_policy(office: PolicyOffice, scene: Scene) -> None:
    (cash,) = [row for row in scene.allocations() if row.quantity == 100]
    scene.do(lambda _: review.note_told(cash.id))
    office.draft(tiers=[], order=["urgency"])
    assert office.try_out()["total"]["losing"] == 0


def test_it_is_what_the_match_then_does(office: PolicyOffice, scene: Scene) -> None:
    office.draft(tiers=[], order=["urgency"])
    promised = office.try_out()["areas"]
    assert office.adopt().status_code == 200
    scene.settle()
    covered = {WEST: 0, EAST: 0}
    for row in scene.allocations():
        if row.is_live:
            covered[row.desa[:8]] += row.value_idr
    assert covered == {part["area"]: part["covered_after_idr"] for part in promised}


def test_it_is_worked_out_once_more_where_somebody_asks(office: PolicyOffice, scene: Scene) -> None:
    office.draft(tiers=[], order=["urgency"])
    assert office.try_out()["total"]["needs"] == 3
    scene.need(scene.household(desa=f"{EAST}.2001"), 50, category="health")
    assert office.try_out()["total"]["needs"] == 3
    again = office.ask("POST", "/draft/dry-run", office.approver)
    assert (again.status_code, again.get_json()["effect"]) == (200, None)
    assert office.try_out()["total"]["needs"] == 4


def test_a_run_that_began_before_somebody_asked_once_more_tells_nothing(
    office: PolicyOffice, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.draft(tiers=[], order=["urgency"])
    office.try_out()
    read = office.ask("POST", "/draft/dry-run", office.approver).headers["ETag"]
    count, asked = Effect.told, list[int]()

    def ask_meanwhile(effect: Effect) -> dict[str, object]:
        if not asked:
            scene.need(scene.household(desa=f"{EAST}.2001"), 50, category="health")
            asked.append(office.ask("POST", "/draft/dry-run", office.approver).status_code)
        return count(effect)

    monkeypatch.setattr(Effect, "told", ask_meanwhile)
    assert scene.do(work_out) is True, "it goes on at once"
    assert (asked, office.ask("GET", "/draft").get_json()["effect"]) == ([200], None)
    assert office.try_out()["total"]["needs"] == 4
    assert office.adopt(tag=read).status_code == 412, "who read what was there before looks again"


def test_the_allocator_does_not_wait_for_it(office: PolicyOffice, scene: Scene) -> None:
    """What both keep of the day is committed before everything is matched."""
    office.draft(fair_between_villages=True)
    rules = Rules(fair_between_villages=True)
    assert scene.do(work_out) is True
    with scene.app.app_context(), Session(db.engine) as allocator:
        assert work_out(db.session()) is False
        allocator.execute(text("SET lock_timeout = '2s'"))
        assert keep_shares(allocator, rules, TODAY) is False
        db.session.rollback()
    assert office.try_out()["total"]["needs"] == 3


def test_it_says_where_it_was_not_worked_out_to_the_end(
    scene: Scene, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rice stands higher and comes after rupiah: only in the second round is it known what rupiah may have."""
    household = scene.household()
    scene.need(household, 100_000, category="health", urgency=1)
    scene.need(household, 20, item="rice", unit="kg", urgency=5)
    scene.pledge(1_000_000)
    scene.pledge(20, item="rice", unit="kg")
    office = PolicyOffice(scene, bearer)
    office.draft(household_cap_idr=300_000, order=["urgency"])
    effect = office.try_out()
    assert (effect["at_rest"], effect["total"]["covered_after_idr"]) == (True, 300_000)
    monkeypatch.setattr(operations, "MOST_ROUNDS", 1)
    assert office.ask("POST", "/draft/dry-run", office.approver).status_code == 200
    effect = office.try_out()
    assert (effect["at_rest"], effect["total"]["covered_after_idr"]) == (False, 380_000)


def test_it_goes_on_where_no_village_has_a_share(scene: Scene, bearer: Bearer) -> None:
    empty = PolicyOffice(scene, bearer)
    empty.draft(fair_between_villages=True)
    assert empty.try_out()["total"]["needs"] == 0


def test_there_is_nothing_to_do_without_a_draft(scene: Scene) -> None:
    assert scene.do(work_out) is False

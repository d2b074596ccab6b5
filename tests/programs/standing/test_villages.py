"""Fairness between villages: within a tier the one goes first of whose needs the smallest share is paid for."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from services.programs.casework.operations import close_need
from services.programs.standing.models import VillageShare
from shared import clock
from tests.programs.scene import Scene

POOR, HELPED = "35.17.01.2001", "35.17.01.2002"


@pytest.fixture
def helped(scene: Scene) -> UUID:
    """A household of a village of which half of what it needs is paid for; it stands higher by its score."""
    found = scene.household(desa=HELPED, score=900)
    scene.need(found, 100)
    scene.pledge(50, areas=[HELPED])
    scene.settle()
    scene.pay(scene.only_allocation())
    return found


def _shares(scene: Scene) -> dict[str, int]:
    rows = scene.do(lambda session: session.execute(select(VillageShare.desa, VillageShare.share)).all())
    return {row.desa: row.share for row in rows}


def test_the_village_with_the_smaller_share_goes_first(scene: Scene, helped: UUID) -> None:
    other = scene.need(scene.household(desa=POOR, score=100), 100)
    scene.adopt(fair_between_villages=True)
    scene.pledge(100)
    scene.settle()
    assert scene.find_need(other).covered == 100
    assert _shares(scene) == {HELPED: 500, POOR: 0}
    (reasons,) = [row.reasons for row in scene.allocations(need_id=other)]
    assert (reasons["village_share"], reasons["tier"]) == (0, 1)


def test_a_household_that_graduated_counts_no_more(scene: Scene, helped: UUID) -> None:
    neighbour = scene.household(desa=HELPED)
    scene.need(neighbour, 300)
    scene.change(helped, status="graduated")
    scene.adopt(fair_between_villages=True)
    scene.settle()
    assert _shares(scene) == {HELPED: 0}, "half of what the one needed was paid for"


def test_of_closed_needs_those_count_that_were_delivered_in_full(scene: Scene, helped: UUID) -> None:
    half = scene.only_allocation()
    scene.hand_over(half)
    with scene.app.app_context():
        close_need(half.need_id, "Met otherwise.", by="officer")
    whole = scene.need(scene.household(desa=HELPED), 100)
    scene.pledge(100, areas=[HELPED])
    scene.settle()
    scene.pay(scene.only_allocation())
    scene.hand_over(scene.only_allocation())
    assert scene.find_need(whole).closed_reason == "delivered"
    scene.need(scene.household(desa=HELPED), 300)
    scene.adopt(fair_between_villages=True)
    scene.settle()
    assert _shares(scene) == {HELPED: 250}, "100 of 400: what was paid of the closed need is left out"


def test_it_is_fair_only_within_a_tier(scene: Scene, helped: UUID) -> None:
    other = scene.need(scene.household(desa=POOR, decile=2), 100)
    scene.adopt(fair_between_villages=True)
    scene.pledge(60)
    scene.settle()
    assert scene.find_need(other).covered == 10


def test_without_it_the_score_decides(scene: Scene, helped: UUID) -> None:
    other = scene.need(scene.household(desa=POOR, score=100), 100)
    scene.pledge(60)
    scene.settle()
    assert scene.find_need(other).covered == 10
    assert _shares(scene) == {}


def test_the_shares_stay_the_same_for_the_day(scene: Scene, helped: UUID) -> None:
    other = scene.need(scene.household(desa=POOR, score=100), 100)
    scene.adopt(fair_between_villages=True)
    scene.pledge(100)
    scene.settle()
    for row in scene.allocations(need_id=other):
        scene.pay(row)
    scene.replace_the_worker()
    scene.settle()
    assert _shares(scene) == {HELPED: 500, POOR: 0}
    scene.check_books()


def test_on_the_next_day_they_are_others(scene: Scene, helped: UUID) -> None:
    other = scene.need(scene.household(desa=POOR, score=100), 100)
    scene.adopt(fair_between_villages=True)
    scene.pledge(100)
    scene.settle()
    for row in scene.allocations(need_id=other):
        scene.pay(row)
    with clock.shifted(timedelta(days=1)):
        scene.settle()
        assert _shares(scene) == {HELPED: 500, POOR: 1000}

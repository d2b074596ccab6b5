"""Handing over at the door, over HTTP."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from services.programs.review.operations import approve
from shared import clock
from shared.events.programs import AllocationCancelled, DeliveryConfirmed, DeliveryFailed, NeedClosed
from tests.programs.heard import TODAY
from tests.programs.scene import OTHER_VILLAGE, Scene

Bearer = Callable[..., dict[str, str]]


def paid(scene: Scene, quantity: int = 100, *, desa: str | None = None, pay: int | None = None) -> UUID:
    household = scene.household(desa=desa) if desa else scene.household()
    scene.need(household, quantity)
    scene.pledge(quantity)
    scene.settle()
    allocation = scene.only_allocation()
    scene.reserve(allocation, left=0)
    scene.pay(allocation, pay)
    return allocation.id


def hand_over(scene: Scene, who: dict[str, str], allocation: UUID, **more: Any) -> TestResponse:
    body = {
        "allocation": str(allocation),
        "client_id": "phone-1",
        "quantity": 100,
        "handed_over_at": clock.now().isoformat(),
        "outcome": "delivered",
    } | more
    return scene.app.test_client().post("/v1/deliveries", json=body, headers=who)


@pytest.fixture
def tksk(scene: Scene, bearer: Bearer) -> dict[str, str]:
    return bearer(scene.app, "tksk", area="35.17.01")


def test_a_delivery_closes_the_need(scene: Scene, tksk: dict[str, str]) -> None:
    allocation = paid(scene)
    answer = hand_over(scene, tksk, allocation)
    assert answer.status_code == 201, answer.get_json()
    assert answer.get_json()["outcome"] == "delivered"
    (row,) = scene.allocations()
    need = scene.find_need(row.need_id)
    assert (row.status, row.delivered) == ("delivered", 100)
    assert (need.status, need.delivered, need.closed_reason) == ("closed", 100, "delivered")
    (event,) = scene.told(DeliveryConfirmed)
    assert (event.allocation, event.quantity, event.day) == (allocation, 100, TODAY)
    assert [event.reason for event in scene.told(NeedClosed)] == ["delivered"]
    scene.check_books()


def test_the_same_delivery_sent_twice_is_one(scene: Scene, tksk: dict[str, str]) -> None:
    allocation = paid(scene)
    first, second = (hand_over(scene, tksk, allocation, quantity=50) for _ in range(2))
    assert first.get_json()["id"] == second.get_json()["id"]
    assert scene.allocations()[0].delivered == 50
    assert len(scene.told(DeliveryConfirmed)) == 1


@pytest.mark.parametrize("other", [{"quantity": 40}, {"outcome": "failed", "reason": "moved"}])
def test_another_delivery_under_a_number_that_is_used_is_refused(
    scene: Scene, tksk: dict[str, str], other: dict[str, Any]
) -> None:
    allocation = paid(scene)
    assert hand_over(scene, tksk, allocation, quantity=50).status_code == 201
    answer = hand_over(scene, tksk, allocation, **{"quantity": 50} | other)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "client_id_used")
    assert scene.only_allocation().delivered == 50


def test_a_number_that_is_used_is_refused_for_another_allocation(scene: Scene, tksk: dict[str, str]) -> None:
    first = paid(scene)
    hand_over(scene, tksk, first)
    answer = hand_over(scene, tksk, paid(scene))
    assert (answer.status_code, answer.get_json()["code"]) == (409, "client_id_used")


def test_a_delivery_is_read_where_its_answer_says(scene: Scene, tksk: dict[str, str], bearer: Bearer) -> None:
    made = hand_over(scene, tksk, paid(scene))
    client = scene.app.test_client()
    for who in (tksk, bearer(scene.app, "auditor")):
        read = client.get(made.headers["Location"], headers=who)
        assert (read.status_code, read.get_json()) == (200, made.get_json())
    elsewhere = bearer(scene.app, "tksk", area="35.17.02")
    hidden = client.get(made.headers["Location"], headers=elsewhere)
    assert (hidden.status_code, hidden.content_type) == (404, "application/problem+json")


def test_nothing_is_handed_over_before_it_was_allocated(scene: Scene, tksk: dict[str, str]) -> None:
    allocation = paid(scene)
    earlier = (clock.now() - timedelta(hours=1)).isoformat()
    answer = hand_over(scene, tksk, allocation, handed_over_at=earlier)
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "/handed_over_at")
    a_little = (clock.now() - timedelta(minutes=5)).isoformat()
    assert hand_over(scene, tksk, allocation, handed_over_at=a_little).status_code == 201


def test_no_more_is_handed_over_than_is_paid(scene: Scene, tksk: dict[str, str]) -> None:
    allocation = paid(scene, pay=60)
    answer = hand_over(scene, tksk, allocation)
    assert answer.status_code == 409
    assert (answer.get_json()["code"], answer.get_json()["available"]) == ("more_than_paid", 60)
    assert hand_over(scene, tksk, allocation, quantity=60).status_code == 201
    assert scene.only_allocation().status == "reserved"
    again = hand_over(scene, tksk, allocation, quantity=1, client_id="phone-2")
    assert again.get_json()["available"] == 0
    scene.check_books()


def test_a_failure_says_why_and_gives_the_rest_back(scene: Scene, tksk: dict[str, str]) -> None:
    allocation = paid(scene)
    hand_over(scene, tksk, allocation, quantity=30)
    silent = hand_over(scene, tksk, allocation, client_id="phone-2", outcome="failed")
    assert (silent.status_code, silent.get_json()["errors"][0]["pointer"]) == (422, "/reason")
    failed = hand_over(
        scene, tksk, allocation, client_id="phone-3", outcome="failed", quantity=70, reason="nobody at home"
    )
    assert failed.status_code == 201
    (row,) = scene.allocations()
    # All that is kept of it has arrived; what could not be handed over is kept no longer.
    assert (row.status, row.ended_reason, row.holding) == ("delivered", "not_handed_over", 30)
    assert scene.find_need(row.need_id).covered == 30
    (event,) = scene.told(DeliveryFailed)
    assert (event.quantity, event.reason) == (70, "not_handed_over")
    # Donations returns it to the pledge, and the need is matched again.
    scene.release(row, "delivery_failed", left=70, quantity=70, contributed=70)
    scene.settle()
    assert scene.only_allocation().quantity == 70
    scene.check_books()


def test_nothing_is_handed_over_against_a_hold(scene: Scene, tksk: dict[str, str], bearer: Bearer) -> None:
    allocation = paid(scene)
    household = scene.only_allocation().household_id
    scene.change(household, held=True)
    assert hand_over(scene, tksk, allocation).get_json()["code"] == "held"
    scene.change(household, held=False)
    scene.app.test_client().post(
        f"/v1/allocations/{allocation}/hold",
        json={"reason": "wait"},
        headers=bearer(scene.app, "approver"),
    )
    answer = hand_over(scene, tksk, allocation)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "held")


def test_an_unapproved_amount_is_not_handed_over(scene: Scene, tksk: dict[str, str]) -> None:
    allocation = paid(scene, 5_000_000)
    assert hand_over(scene, tksk, allocation).get_json()["code"] == "awaiting_approval"


def test_another_areas_delivery_is_not_there(scene: Scene, tksk: dict[str, str]) -> None:
    allocation = paid(scene, desa=OTHER_VILLAGE)
    assert hand_over(scene, tksk, allocation).status_code == 404


def test_refuses_a_time_to_come_and_an_unknown_outcome(scene: Scene, tksk: dict[str, str]) -> None:
    allocation = paid(scene)
    later = (clock.now() + timedelta(hours=1)).isoformat()
    answer = hand_over(scene, tksk, allocation, handed_over_at=later)
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "/handed_over_at")
    answer = hand_over(scene, tksk, allocation, outcome="lost", quantity=0)
    assert {fault["pointer"] for fault in answer.get_json()["errors"]} == {"/outcome", "/quantity"}


def test_only_the_tksk_records_deliveries(scene: Scene, bearer: Bearer) -> None:
    allocation = paid(scene)
    for role in ("verifier", "approver", "planner", "admin"):
        answer = hand_over(scene, bearer(scene.app, role), allocation)
        assert (answer.status_code, answer.content_type) == (403, "application/problem+json")


@pytest.mark.parametrize("status", ["rejected", "lapsed", "graduated"])
def test_once_what_was_paid_for_a_household_that_is_out_is_handed_over_the_rest_is_given_back(
    scene: Scene, status: str
) -> None:
    household = scene.household()
    need = scene.need(household, 500)
    scene.pledge(500)
    scene.settle()
    allocation = scene.only_allocation()
    scene.reserve(allocation, left=0)
    scene.pay(allocation, 200)
    scene.change(household, status=status)
    with scene.app.app_context():
        if status != "lapsed":
            approve(allocation.id, by="approver")
    scene.hand_over(allocation, 200)
    assert [(told.quantity, told.reason) for told in scene.told(AllocationCancelled)] == [
        (300, f"household_{status}")
    ]
    assert [row.status for row in scene.allocations()] == ["delivered"]
    assert scene.find_need(need).covered == 200
    scene.check_books()

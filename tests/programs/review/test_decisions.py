"""What people say to allocations, over HTTP."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.programs.alternatives.queries import why_open
from services.programs.needs.models import Need
from services.programs.needs.operations import shut
from shared import clock
from shared.auth.principal import Principal
from shared.events.donations import PledgeAmended
from shared.events.programs import AllocationApproved, AllocationHeld, AllocationVetoed
from shared.ids import new_id
from tests.conftest import bearer_of
from tests.programs.heard import opened
from tests.programs.scene import OTHER_VILLAGE, Scene

Bearer = Callable[..., dict[str, str]]


def matched(scene: Scene, quantity: int = 100, **need: Any) -> str:
    scene.need(scene.household(), quantity, **need)
    scene.pledge(quantity)
    scene.settle()
    return str(scene.only_allocation().id)


def say(scene: Scene, allocation: str, word: str, who: dict[str, str], **body: Any) -> TestResponse:
    path = f"/v1/allocations/{allocation}/{word}"
    return scene.app.test_client().post(path, json=body, headers=who)


def test_an_allocation_says_why_in_the_language_asked_for(scene: Scene, bearer: Bearer) -> None:
    allocation = matched(scene)
    client, officer = scene.app.test_client(), bearer(scene.app, "auditor")
    body = client.get(f"/v1/allocations/{allocation}", headers=officer | {"Accept-Language": "en"}).get_json()
    assert (body["object"], body["status"], body["policy_version"]) == ("allocation", "proposed", 1)
    assert body["reasons"]["admitted_by"] == ["open_to_all"]
    assert body["reasons"]["words"][0] == (
        "In the order of the regency's policy, the need stood at place 1 of 1 needs in rupiah that could be matched,"
        " of every category."
    )
    assert len(body["reasons"]["words"]) == 6
    assert body["reasons"]["words"][2] == "It is in tier 1 of the policy, and had waited 0 days."
    assert body["score_parts"] == {}
    assert [(line["step"], line["by"], line["quantity"]) for line in body["log"]] == [
        ("proposed", "system", body["quantity"])
    ]
    listed = client.get(
        f"/v1/allocations?pledge={body['pledge']}&status=proposed", headers=officer
    ).get_json()
    assert [row["id"] for row in listed["data"]] == [allocation]
    assert listed["data"][0]["reasons"]["words"] != body["reasons"]["words"]


def test_allocations_of_other_areas_are_not_there(scene: Scene, bearer: Bearer) -> None:
    scene.need(scene.household(desa=OTHER_VILLAGE), 100)
    scene.pledge(100)
    scene.settle()
    allocation = scene.only_allocation().id
    tksk = bearer(scene.app, "tksk", area="35.17.01")
    client = scene.app.test_client()
    assert client.get(f"/v1/allocations/{allocation}", headers=tksk).status_code == 404
    assert client.get("/v1/allocations", headers=tksk).get_json()["data"] == []
    assert say(scene, str(allocation), "told", tksk).status_code == 404


def test_a_hold_stops_it_until_somebody_approves(scene: Scene, bearer: Bearer) -> None:
    allocation = matched(scene)
    verifier, approver = bearer(scene.app, "verifier"), bearer(scene.app, "approver")
    held = say(scene, allocation, "hold", verifier, reason="the address is doubtful")
    assert (held.status_code, held.get_json()["status"]) == (200, "held")
    say(scene, allocation, "hold", verifier, reason="again")
    assert [event.reason for event in scene.told(AllocationHeld)] == ["person"]
    # What donations says meanwhile does not lift it.
    scene.reserve(scene.only_allocation(), left=0)
    assert scene.only_allocation().status == "held"
    approved = say(scene, allocation, "approve", approver)
    assert (approved.status_code, approved.get_json()["status"]) == (200, "reserved")
    assert len(scene.told(AllocationApproved)) == 1


def test_a_veto_holds_for_the_need_that_is_recorded_again(scene: Scene, bearer: Bearer) -> None:
    allocation = matched(scene)
    first = scene.only_allocation()
    assert (
        say(scene, allocation, "veto", bearer(scene.app, "verifier"), reason="tidak cocok").status_code == 200
    )
    scene.do(lambda session: shut(session, session.get_one(Need, first.need_id), "closed_by_person"))
    again = scene.need(first.household_id, 100)
    scene.settle()
    assert scene.allocations(need_id=again) == []
    why = scene.do(lambda session: why_open(session, session.get_one(Need, again)))
    assert why.code == "refused"
    other = scene.need(first.household_id, 100, category="health")
    scene.settle()
    assert [row.pledge_id for row in scene.allocations(need_id=other)] == [first.pledge_id]


def test_a_veto_is_for_ever(scene: Scene, bearer: Bearer) -> None:
    allocation = matched(scene)
    verifier = bearer(scene.app, "verifier")
    assert say(scene, allocation, "veto", verifier).status_code == 422
    vetoed = say(scene, allocation, "veto", verifier, reason="the household objects")
    assert (vetoed.status_code, vetoed.get_json()["status"]) == (200, "vetoed")
    (event,) = scene.told(AllocationVetoed)
    assert (event.reason, event.quantity) == ("person", 100)
    scene.reserve(scene.allocations()[0], left=0)
    scene.release(scene.allocations()[0], "vetoed", left=100)
    scene.settle()
    assert [row.status for row in scene.allocations()] == ["vetoed"]
    other = scene.pledge(100)
    scene.settle()
    assert scene.only_allocation().pledge_id == other
    over = say(scene, allocation, "approve", verifier)
    assert (over.status_code, over.get_json()["code"]) == (409, "allocation_over")
    scene.check_books()


def test_a_large_amount_needs_the_word_of_two_people(scene: Scene, bearer: Bearer) -> None:
    allocation = matched(scene, 20_000_000)
    first, second = bearer(scene.app, "approver"), bearer(scene.app, "verifier")
    once = say(scene, allocation, "approve", first).get_json()
    assert (once["approvals"], once["awaits_approval"]) == (1, True)
    assert scene.told(AllocationApproved) == []
    again = say(scene, allocation, "approve", first)
    assert (again.status_code, again.get_json()["code"]) == (409, "second_person_needed")
    twice = say(scene, allocation, "approve", second).get_json()
    assert (twice["approvals"], twice["awaits_approval"]) == (2, False)
    assert len(scene.told(AllocationApproved)) == 1
    assert say(scene, allocation, "approve", second).status_code == 200
    assert scene.told(AllocationApproved) == []


def test_a_hold_on_what_awaits_approval_ends_with_the_last_word(scene: Scene, bearer: Bearer) -> None:
    allocation = matched(scene, 20_000_000)
    first, second = bearer(scene.app, "approver"), bearer(scene.app, "verifier")
    say(scene, allocation, "approve", first)
    say(scene, allocation, "hold", second, reason="doubtful")
    again = say(scene, allocation, "approve", first)
    assert (again.status_code, again.get_json()["code"]) == (409, "second_person_needed")
    assert scene.only_allocation().status == "held"
    approved = say(scene, allocation, "approve", second).get_json()
    assert (approved["status"], approved["awaits_approval"]) == ("proposed", False)
    assert len(scene.told(AllocationApproved)) == 1


def test_who_recorded_the_need_does_not_approve_it(scene: Scene) -> None:
    caller = Principal(id=str(new_id()), roles=frozenset({"verifier"}))
    allocation = matched(scene, 5_000_000, by=caller.id)
    answer = say(scene, allocation, "approve", bearer_of(scene.app, caller))
    assert (answer.status_code, answer.get_json()["code"]) == (403, "recorded_by_you")


def test_the_tksk_notes_that_the_household_was_told(scene: Scene, bearer: Bearer) -> None:
    allocation = matched(scene)
    tksk = bearer(scene.app, "tksk", area="35.17.01")
    told = say(scene, allocation, "told", tksk).get_json()
    assert told["told_at"] is not None
    assert say(scene, allocation, "told", tksk).get_json()["told_at"] == told["told_at"]


@pytest.mark.parametrize("word", ["approve", "hold", "veto"])
def test_only_verifiers_and_approvers_decide(scene: Scene, bearer: Bearer, word: str) -> None:
    for role in ("planner", "tksk", "auditor", "admin"):
        answer = say(scene, str(new_id()), word, bearer(scene.app, role), reason="-")
        assert (answer.status_code, answer.content_type) == (403, "application/problem+json")
    assert say(scene, str(new_id()), word, bearer(scene.app, "approver"), reason="-").status_code == 404


def test_a_held_household_stops_its_allocations_until_it_is_released(scene: Scene, bearer: Bearer) -> None:
    allocation = matched(scene)
    row = scene.only_allocation()
    scene.change(row.household_id, held=True)
    assert scene.only_allocation().status == "held"
    assert [event.reason for event in scene.told(AllocationHeld)] == ["household_held"]
    refused = say(scene, allocation, "approve", bearer(scene.app, "approver"))
    assert (refused.status_code, refused.get_json()["code"]) == (409, "household_held")
    scene.change(row.household_id, held=False)
    assert scene.only_allocation().status == "proposed"
    assert len(scene.told(AllocationApproved)) == 1


def test_releasing_a_household_does_not_lift_a_persons_hold(scene: Scene, bearer: Bearer) -> None:
    allocation = matched(scene)
    household = scene.only_allocation().household_id
    say(scene, allocation, "hold", bearer(scene.app, "verifier"), reason="doubtful")
    scene.change(household, held=True)
    scene.change(household, held=False)
    assert scene.only_allocation().status == "held"
    assert scene.told(AllocationApproved) == []


@pytest.mark.parametrize("status", ["rejected", "lapsed", "graduated"])
def test_a_household_that_is_out_gives_back_what_is_not_paid(scene: Scene, status: str) -> None:
    matched(scene)
    scene.change(scene.only_allocation().household_id, status=status)
    (row,) = scene.allocations()
    assert (row.status, row.ended_reason, row.holding) == ("released", f"household_{status}", 0)
    scene.settle()
    assert len(scene.allocations()) == 1
    scene.check_books()


@pytest.mark.parametrize(("status", "shown"), [("lapsed", "contributed"), ("rejected", "held")])
def test_what_is_paid_goes_on_after_a_lapse_and_waits_for_a_person_after_a_rejection(
    scene: Scene, status: str, shown: str
) -> None:
    matched(scene)
    scene.pay(scene.only_allocation())
    scene.change(scene.only_allocation().household_id, status=status)
    assert scene.only_allocation().status == shown


@pytest.mark.parametrize("status", ["rejected", "graduated"])
def test_what_a_person_approved_after_a_rejection_is_not_stopped_by_a_later_step(
    scene: Scene, bearer: Bearer, status: str
) -> None:
    allocation = matched(scene)
    scene.pay(scene.only_allocation())
    household = scene.only_allocation().household_id
    scene.change(household, status=status)
    assert say(scene, allocation, "approve", bearer(scene.app, "approver")).status_code == 200
    assert scene.only_allocation().status == "contributed"
    scene.change(household, held=True)
    assert scene.only_allocation().status == "held"
    scene.change(household, held=False)
    assert scene.only_allocation().status == "contributed"
    words = [event.reason for event in scene.told(AllocationHeld)]
    assert words == [f"household_{status}", "household_held"]
    assert len(scene.told(AllocationApproved)) == 2


def test_a_rejection_after_the_approval_is_a_persons_later_word(scene: Scene, bearer: Bearer) -> None:
    allocation = matched(scene)
    scene.pay(scene.only_allocation())
    household = scene.only_allocation().household_id
    scene.change(household, status="rejected")
    say(scene, allocation, "approve", bearer(scene.app, "approver"))
    scene.change(household, status="rejected")
    assert scene.only_allocation().status == "held"


def test_a_fresh_verification_is_matched_again(scene: Scene) -> None:
    household = scene.household(status="registered")
    scene.need(household, 100)
    scene.pledge(100)
    scene.settle()
    scene.change(
        household,
        status="verified",
        verified_at=clock.now(),
        valid_until=clock.today() + timedelta(days=30),
    )
    scene.settle()
    assert scene.only_allocation().household_id == household


def test_a_veto_takes_the_pledge_from_a_need_that_has_it_already(scene: Scene, bearer: Bearer) -> None:
    allocation = matched(scene)
    first = scene.only_allocation()
    scene.pay(first)
    scene.do(lambda session: shut(session, session.get_one(Need, first.need_id), "closed_by_person"))
    again = scene.need(first.household_id, 100)
    scene.hear(opened(200, pledge=first.pledge_id, kind=PledgeAmended, version=2))
    scene.settle()
    assert [row.pledge_id for row in scene.allocations(need_id=again)] == [first.pledge_id]
    assert (
        say(scene, allocation, "veto", bearer(scene.app, "verifier"), reason="tidak cocok").status_code == 200
    )
    scene.settle()
    assert [row.is_live for row in scene.allocations(need_id=again)] == [False]

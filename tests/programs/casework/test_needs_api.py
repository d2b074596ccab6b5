"""Needs over HTTP."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.programs.needs.domain import NewNeed
from services.programs.review import operations as review
from shared import clock
from shared.events.programs import AllocationCancelled, NeedClosed, NeedRecorded
from shared.ids import new_id
from tests.programs.scene import OTHER_VILLAGE, Scene

Bearer = Callable[..., dict[str, str]]

RICE = {"category": "food", "quantity": 20, "unit": "kg", "item": "rice", "urgency": 4}


def test_a_need_is_recorded_and_read_back(scene: Scene, bearer: Bearer) -> None:
    client, verifier = scene.app.test_client(), bearer(scene.app, "verifier")
    household = scene.household()
    answer = client.post(f"/v1/households/{household}/needs", json=RICE, headers=verifier)
    assert answer.status_code == 201
    body = answer.get_json()
    assert (body["object"], body["status"], body["rank"], body["of"]) == ("need", "open", 1, 1)
    assert (body["value_idr"], body["covered"], body["allocations"]) == (280_000, 0, [])
    why = {"code": "no_pledge", "admitting_pledges": 0, "needs_before": 0, "missing": body["quantity"]}
    assert body["why"] == why | {
        "household_limit": None,
        "words": ["Saat ini tidak ada donatur yang menawarkan apa yang diminta kebutuhan ini."],
    }
    standing = {"tier": 1, "decile": 1, "score": 500, "score_parts": {}, "urgency": 4, "waited_days": 0}
    assert body["standing"] == standing | {"policy_version": 1}
    assert answer.headers["Location"] == f"/v1/needs/{body['id']}"
    assert client.get(answer.headers["Location"], headers=verifier).get_json() == body
    (event,) = scene.told(NeedRecorded)
    assert (str(event.need), event.item, event.strategy) == (body["id"], "rice", "reduce_burden")


def test_the_same_need_twice_is_refused_until_the_first_is_closed(scene: Scene, bearer: Bearer) -> None:
    client, verifier = scene.app.test_client(), bearer(scene.app, "verifier")
    path = f"/v1/households/{scene.household()}/needs"
    first = client.post(path, json=RICE, headers=verifier).get_json()
    twice = client.post(path, json=RICE, headers=verifier)
    assert (twice.status_code, twice.get_json()["code"]) == (409, "need_already_open")
    closed = client.post(
        f"/v1/needs/{first['id']}/close", json={"reason": "met by a neighbour"}, headers=verifier
    )
    assert (closed.status_code, closed.get_json()["status"]) == (200, "closed")
    assert client.post(path, json=RICE, headers=verifier).status_code == 201
    again = client.post(f"/v1/needs/{first['id']}/close", json={"reason": "again"}, headers=verifier)
    assert (again.status_code, again.get_json()["code"]) == (409, "need_closed")


def test_every_fault_of_a_need_is_told_at_once(scene: Scene, bearer: Bearer) -> None:
    client, verifier = scene.app.test_client(), bearer(scene.app, "verifier")
    path = f"/v1/households/{scene.household()}/needs"
    wrong = {"category": "health", "quantity": 10**14, "unit": "parcel", "item": "rice"}
    answer = client.post(path, json=wrong, headers=verifier)
    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.get_json()["errors"]} == {"/unit", "/category", "/quantity"}
    answer = client.post(
        path, json={"category": "x", "quantity": "5", "urgency": 9, "more": 1}, headers=verifier
    )
    assert {fault["pointer"] for fault in answer.get_json()["errors"]} == {
        "/category",
        "/quantity",
        "/unit",
        "/urgency",
        "/more",
    }


def test_cash_is_worth_its_quantity() -> None:
    assert NewNeed("food", 10, "IDR").value == 10
    assert [fault.pointer for fault in NewNeed("food", 10, "IDR", value_idr=9).faults("/needs/0")] == [
        "/needs/0/value_idr"
    ]
    assert [fault.pointer for fault in NewNeed("food", 10, "kg").faults()] == ["/item"]


def test_needs_are_listed_by_area_category_and_status_and_only_ones_own(scene: Scene, bearer: Bearer) -> None:
    here, there = scene.household(), scene.household(desa=OTHER_VILLAGE)
    food = str(scene.need(here))
    school = str(scene.need(there, category="education"))
    client, officer = scene.app.test_client(), bearer(scene.app, "auditor")

    def listed(query: str, who: dict[str, str]) -> list[str]:
        answer = client.get(f"/v1/needs{query}", headers=who)
        assert answer.status_code == 200, answer.get_json()
        return [need["id"] for need in answer.get_json()["data"]]

    assert listed("", officer) == [food, school]
    assert listed("?area=35.17.02", officer) == [school]
    assert listed("?category=food&status=open", officer) == [food]
    assert listed("?status=closed", officer) == []
    tksk = bearer(scene.app, "tksk", area="35.17.01")
    assert listed("", tksk) == [food]
    assert listed("?area=35.17.02", tksk) == []
    assert client.get(f"/v1/needs/{school}", headers=tksk).status_code == 404
    hidden = client.post(f"/v1/households/{there}/needs", json=RICE, headers=tksk)
    assert hidden.status_code == 404
    assert client.get("/v1/needs?limit=1", headers=officer).get_json()["has_more"] is True


def test_a_rank_counts_needs_of_every_area(scene: Scene, bearer: Bearer) -> None:
    scene.need(scene.household(desa=OTHER_VILLAGE, score=900))
    mine = scene.need(scene.household(score=100))
    answer = scene.app.test_client().get(
        f"/v1/needs/{mine}", headers=bearer(scene.app, "tksk", area="35.17.01")
    )
    assert (answer.get_json()["rank"], answer.get_json()["of"]) == (2, 2)


@pytest.mark.parametrize(
    ("household", "pledge", "code"),
    [
        ({"status": "registered"}, {}, "household_not_verified"),
        ({"held": True}, {}, "household_held"),
        ({}, {"categories": ["health"]}, "no_rule_admits"),
        ({}, {"minimum_grant": 200_000}, "too_little_free"),
    ],
)
def test_an_open_need_says_why(
    scene: Scene, bearer: Bearer, household: dict[str, Any], pledge: dict[str, Any], code: str
) -> None:
    need = scene.need(scene.household(**household))
    scene.pledge(500_000, **pledge)
    scene.settle()
    answer = scene.app.test_client().get(f"/v1/needs/{need}", headers=bearer(scene.app, "verifier"))
    assert answer.get_json()["why"]["code"] == code


def test_a_need_that_stands_lower_says_that_pledges_are_spent(scene: Scene, bearer: Bearer) -> None:
    scene.need(scene.household(score=900), 100)
    lower = scene.need(scene.household(score=100), 100)
    scene.pledge(100)
    scene.settle()
    body = scene.app.test_client().get(f"/v1/needs/{lower}", headers=bearer(scene.app, "verifier")).get_json()
    why = {"code": "spent_on_higher_needs", "admitting_pledges": 1, "needs_before": 1, "missing": 100}
    words = body["why"].pop("words")
    assert (body["why"], len(words)) == (why | {"household_limit": None}, 2)


def test_a_need_that_the_limit_of_its_household_leaves_open_says_the_numbers(
    scene: Scene, bearer: Bearer
) -> None:
    scene.adopt(household_cap_idr=300_000)
    household = scene.household()
    scene.need(household, 20, item="rice", unit="kg", urgency=5)
    rest = scene.need(household, 100_000, category="health", urgency=1)
    scene.pledge(20, item="rice", unit="kg")
    scene.pledge(1_000_000)
    scene.settle()
    officer = bearer(scene.app, "verifier") | {"Accept-Language": "en"}
    why = scene.app.test_client().get(f"/v1/needs/{rest}", headers=officer).get_json()["why"]
    assert (why["code"], why["missing"]) == ("household_limit", 80_000)
    assert why["household_limit"] == {"limit_idr": 300_000, "has_idr": 300_000, "left_idr": 0}
    assert why["words"][1].endswith("This one has Rp300,000, received or on its way: Rp0 is left.")


def test_closing_a_need_gives_what_is_not_paid_to_others(scene: Scene, bearer: Bearer) -> None:
    need = scene.need(scene.household(score=900), 100)
    other = scene.need(scene.household(score=100), 100)
    scene.pledge(100)
    scene.settle()
    client, verifier = scene.app.test_client(), bearer(scene.app, "verifier")
    body = client.post(f"/v1/needs/{need}/close", json={"reason": "moved away"}, headers=verifier).get_json()
    assert (body["status"], body["covered"], body["closed_reason"]) == ("closed", 0, "closed_by_person")
    assert [event.reason for event in scene.told(AllocationCancelled)] == ["need_closed"]
    (closed,) = scene.told(NeedClosed)
    assert (closed.need, closed.delivered) == (need, 0)
    scene.settle()
    assert scene.only_allocation().need_id == other
    scene.check_books()


def test_a_need_with_something_paid_on_its_way_is_not_closed(scene: Scene, bearer: Bearer) -> None:
    need = scene.need(scene.household(), 100)
    scene.pledge(100)
    scene.settle()
    scene.pay(scene.only_allocation())
    answer = scene.app.test_client().post(
        f"/v1/needs/{need}/close", json={"reason": "changed its mind"}, headers=bearer(scene.app, "verifier")
    )
    assert (answer.status_code, answer.get_json()["code"]) == (409, "paid_on_its_way")


def test_a_rejected_household_gets_no_needs(scene: Scene, bearer: Bearer) -> None:
    client, verifier = scene.app.test_client(), bearer(scene.app, "verifier")
    rejected = scene.household(status="rejected")
    assert client.post(f"/v1/households/{rejected}/needs", json=RICE, headers=verifier).status_code == 409
    unknown = client.post(f"/v1/households/{new_id()}/needs", json=RICE, headers=verifier)
    assert unknown.status_code == 404
    assert unknown.content_type == "application/problem+json"


@pytest.mark.parametrize(("role", "status"), [("planner", 403), ("donor", 403), (None, 401)])
def test_only_those_who_visit_or_verify_record_needs(
    scene: Scene, bearer: Bearer, role: str | None, status: int
) -> None:
    headers = bearer(scene.app, role) if role else {}
    answer = scene.app.test_client().post(f"/v1/households/{new_id()}/needs", json=RICE, headers=headers)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")


def test_a_repeated_request_records_one_need(scene: Scene, bearer: Bearer) -> None:
    client = scene.app.test_client()
    headers = bearer(scene.app, "verifier") | {"Idempotency-Key": "one"}
    path = f"/v1/households/{scene.household()}/needs"
    answers = [client.post(path, json=RICE, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].get_json() == answers[1].get_json()
    assert len(scene.told(NeedRecorded)) == 1


def test_a_need_whose_only_pledge_was_vetoed_says_so(scene: Scene, bearer: Bearer) -> None:
    need = scene.need(scene.household(), 100)
    scene.pledge(100)
    scene.settle()
    scene.do(lambda _: review.veto(scene.only_allocation().id, "Sudah dibantu", by="approver"))
    assert _why(scene, bearer, need) == "refused"


def test_a_need_whose_only_pledge_rests_says_so(scene: Scene, bearer: Bearer) -> None:
    need = scene.need(scene.household(), 100)
    scene.pledge(100, opens_on=clock.today() + timedelta(days=3))
    scene.settle()
    assert _why(scene, bearer, need) == "resting"


def _why(scene: Scene, bearer: Bearer, need: UUID) -> str:
    answer = scene.app.test_client().get(f"/v1/needs/{need}", headers=bearer(scene.app, "verifier"))
    return str(answer.get_json()["why"]["code"])

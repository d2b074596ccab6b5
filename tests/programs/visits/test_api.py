"""Visits over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.programs.database import db
from services.programs.visits.domain import answer_faults
from shared import clock
from tests.programs.people import Office, answers, need, result


def _visits(office: Office, who: dict[str, str], query: str = "") -> list[dict[str, Any]]:
    response = office.get(f"/v1/visits{query}", who)
    assert response.json is not None
    found: list[dict[str, Any]] = response.json["data"]
    return found


def test_a_visit_is_seen_by_the_tksk_of_its_subdistrict_alone(office: Office) -> None:
    visit = office.assign(office.register())
    office.assign(office.register(desa="35.17.02.2001"))
    assert [one["id"] for one in _visits(office, office.tksk, "?status=assigned")] == [visit]
    assert len(_visits(office, office.verifier)) == 2


def test_a_household_has_one_open_visit(office: Office) -> None:
    household = office.register()
    office.assign(household)
    response = office.post(f"/v1/households/{household}/visits", {}, office.verifier)
    assert response.status_code == 409
    assert response.json is not None
    assert response.json["code"] == "visit_open"


def test_a_visit_is_not_due_in_the_past(office: Office) -> None:
    body = {"due_on": (clock.today() - timedelta(days=1)).isoformat()}
    assert office.post(f"/v1/households/{office.register()}/visits", body, office.verifier).status_code == 422


def test_a_visit_is_due_within_a_year(office: Office) -> None:
    path = f"/v1/households/{office.register()}/visits"
    refused = office.post(path, {"due_on": "9999-12-31"}, office.verifier)
    assert refused.json is not None
    assert (refused.status_code, refused.json["errors"]) == (
        422,
        [{"pointer": "/due_on", "detail": "Must be within a year from today."}],
    )
    body = {"due_on": (clock.today() + timedelta(days=366)).isoformat()}
    assert office.post(path, body, office.verifier).status_code == 201


def test_a_visit_may_be_asked_for_without_a_body(office: Office) -> None:
    response = office.client.post(f"/v1/households/{office.register()}/visits", headers=office.verifier)
    assert response.status_code == 201, response.json


def test_a_result_keeps_answers_and_needs(office: Office) -> None:
    household = office.register()
    response = office.visit(household, answers=answers(people=3), needs=[need(), need(category="health")])
    assert response.status_code == 200, response.json
    assert response.json is not None
    assert (response.json["status"], response.json["needs_recorded"]) == ("completed", 2)
    needs = office.get("/v1/needs", office.tksk).json
    assert needs is not None
    assert {one["category"] for one in needs["data"]} == {"food", "health"}


def test_the_same_client_id_twice_is_one_visit(office: Office) -> None:
    visit = office.assign(office.register())
    body = result(needs=[need()])
    first = office.post(f"/v1/visits/{visit}/result", body, office.tksk)
    second = office.post(f"/v1/visits/{visit}/result", body, office.tksk)
    assert first.status_code == second.status_code == 200
    assert first.json == second.json
    with office.app.app_context():
        assert db.session.execute(text("SELECT count(*) FROM need")).scalar_one() == 1


def test_a_visit_that_was_made_is_not_made_again(office: Office) -> None:
    visit = office.assign(office.register())
    office.post(f"/v1/visits/{visit}/result", result(), office.tksk)
    response = office.post(f"/v1/visits/{visit}/result", result(), office.tksk)
    assert response.status_code == 409
    assert response.json is not None
    assert response.json["code"] == "visit_completed"


def test_the_same_client_id_with_another_content_is_refused(office: Office) -> None:
    visit = office.assign(office.register())
    body = result() | {"client_id": "once"}
    assert office.post(f"/v1/visits/{visit}/result", body, office.tksk).status_code == 200
    other = {"client_id": "once", "visited_at": body["visited_at"], "outcome": "deceased"}
    response = office.post(f"/v1/visits/{visit}/result", other, office.tksk)
    assert response.json is not None
    assert (response.status_code, response.json["code"]) == (409, "client_id_used")


def test_a_client_id_belongs_to_one_visit(office: Office) -> None:
    first, second = office.assign(office.register()), office.assign(office.register())
    body = result()
    office.post(f"/v1/visits/{first}/result", body, office.tksk)
    response = office.post(f"/v1/visits/{second}/result", body, office.tksk)
    assert response.json is not None
    assert (response.status_code, response.json["code"]) == (409, "client_id_used")


def test_every_fault_of_a_result_is_told_at_once(office: Office) -> None:
    visit = office.assign(office.register())
    late = (clock.now() + timedelta(days=1)).isoformat()
    body = result(
        outcome="moved", visited_at=late, answers={"people": "three", "Bad Code": 1}, needs=[need()]
    )
    response = office.post(f"/v1/visits/{visit}/result", body, office.tksk)
    assert response.status_code == 422
    assert response.json is not None
    pointers = {fault["pointer"] for fault in response.json["errors"]}
    assert pointers == {"/answers/people", "/answers/Bad Code", "/visited_at", "/needs"}


def test_a_household_that_was_met_must_be_asked_what_a_decision_rests_on(office: Office) -> None:
    visit = office.assign(office.register())
    path = f"/v1/visits/{visit}/result"
    for said, missing in (({}, set(answers())), (answers(people="three"), {"people"})):
        response = office.post(path, result(answers=said), office.tksk)
        assert response.status_code == 422
        assert response.json is not None
        assert {fault["pointer"] for fault in response.json["errors"]} == {
            f"/answers/{one}" for one in missing
        }
    assert _visits(office, office.tksk)[0]["status"] == "assigned"
    assert office.post(path, result(outcome="not_found", answers={}), office.tksk).status_code == 200


@pytest.mark.parametrize("version", ["a\u0000", "", "12345678901"])
def test_a_version_of_the_form_that_cannot_be_kept_is_refused(office: Office, version: str) -> None:
    visit = office.assign(office.register())
    response = office.post(f"/v1/visits/{visit}/result", result(form_version=version), office.tksk)
    assert response.status_code == 422
    assert response.json is not None
    assert [fault["pointer"] for fault in response.json["errors"]] == ["/form_version"]


def test_a_faulty_need_leaves_the_visit_open(office: Office) -> None:
    visit = office.assign(office.register())
    wrong = need(item="rice", unit="kg", category="health", quantity=5, value_idr=70_000)
    response = office.post(f"/v1/visits/{visit}/result", result(needs=[need(), wrong]), office.tksk)
    assert response.status_code == 422
    assert response.json is not None
    assert response.json["errors"][0]["pointer"] == "/needs/1/category"
    assert _visits(office, office.tksk)[0]["status"] == "assigned"


@pytest.mark.parametrize("answers", [{"note": "\ud800"}, {"roof": "\udfff"}, {"roof": ["\udfff"]}])
def test_half_a_character_is_no_answer(answers: dict[str, Any]) -> None:
    assert len(answer_faults(answers)) == 1


def test_an_answer_to_a_question_of_another_version_is_kept(office: Office) -> None:
    assert office.visit(office.register(), answers=answers(roof_leaks=True)).status_code == 200


def test_a_tksk_of_another_subdistrict_finds_no_visit(office: Office) -> None:
    visit = office.assign(office.register())
    stranger = office.bearer(office.app, "tksk", area="35.17.02")
    assert office.post(f"/v1/visits/{visit}/result", result(), stranger).status_code == 404
    assert office.get(f"/v1/visits/{visit}", stranger).status_code == 404


@pytest.mark.parametrize("role", ["verifier", "approver", "planner"])
def test_only_a_tksk_makes_visits(office: Office, role: str) -> None:
    visit = office.assign(office.register())
    assert office.post(f"/v1/visits/{visit}/result", result(), getattr(office, role)).status_code == 403

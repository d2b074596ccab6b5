"""Decisions, holds and the end of verifications."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from services.programs.database import db
from shared import clock
from tests.programs.people import Office, answers, need


def _events(office: Office) -> list[str]:
    with office.app.app_context():
        kinds = db.session.execute(text("SELECT type FROM outbox ORDER BY seq")).scalars()
        return [kind.removeprefix("id.helix.programs.").removesuffix(".v1") for kind in kinds]


def _status(office: Office, household: str) -> str:
    found = office.get(f"/v1/households/{household}", office.verifier).json
    assert found is not None
    return str(found["status"])


def test_a_second_person_verifies_what_a_visit_found(office: Office) -> None:
    household = office.register()
    office.visit(household)
    response = office.decide(household)
    assert response.status_code == 200, response.json
    assert response.json is not None
    assert response.json["status"] == "verified"
    a_year_on = clock.today().replace(year=clock.today().year + 1)
    assert response.json["valid_until"] == a_year_on.isoformat()
    assert _events(office) == [
        "household-registered",
        "visit-assigned",
        "visit-completed",
        "household-verified",
    ]


def test_there_is_nothing_to_decide_without_a_visit(office: Office) -> None:
    response = office.decide(office.register())
    assert response.status_code == 409
    assert response.json is not None
    assert response.json["code"] == "no_visit"


def test_two_clicks_make_one_decision(office: Office) -> None:
    household = office.verified()
    assert office.decide(household).status_code == 409
    assert _events(office).count("household-verified") == 1


def test_nobody_decides_on_what_they_registered_or_visited(office: Office) -> None:
    both = office.bearer(office.app, "verifier", "approver", "tksk", area="35.17.01")
    household = office.register()
    visit = office.assign(household)
    body = {"client_id": "x", "visited_at": clock.now().isoformat(), "outcome": "found", "answers": answers()}
    assert office.post(f"/v1/visits/{visit}/result", body, both).status_code == 200
    response = office.post(f"/v1/households/{household}/decision", {"decision": "verify"}, both)
    assert response.status_code == 403
    assert response.json is not None
    assert response.json["code"] == "own_work"


def test_nobody_decides_on_a_household_whose_need_they_recorded(office: Office) -> None:
    both = office.bearer(office.app, "verifier", "approver")
    household = office.register()
    recorded = office.post(f"/v1/households/{household}/needs", need(), both)
    assert recorded.status_code == 201, recorded.json
    office.visit(household)
    refused = office.post(f"/v1/households/{household}/decision", {"decision": "verify"}, both)
    assert refused.json is not None
    assert (refused.status_code, refused.json["code"]) == (403, "own_work")
    assert office.decide(household).status_code == 200


def test_a_household_that_was_not_met_is_not_verified_but_may_be_rejected(office: Office) -> None:
    household = office.register()
    office.visit(household, outcome="moved")
    refused = office.decide(household)
    assert refused.status_code == 409
    response = office.decide(household, decision="reject", reason="Pindah ke luar kabupaten.")
    assert response.status_code == 200
    assert _status(office, household) == "rejected"
    with office.app.app_context():
        value = db.session.execute(text("SELECT value FROM outbox ORDER BY seq DESC LIMIT 1")).scalar_one()
    assert b'"reason":"moved"' in value
    assert b"Pindah" not in value


def test_a_rejection_closes_the_needs_and_a_later_visit_records_them_anew(office: Office) -> None:
    household = office.register()
    office.visit(household, needs=[need(), need(category="health")])
    assert office.decide(household, decision="reject", reason="not_poor").status_code == 200
    needs = office.get(f"/v1/needs?household={household}", office.verifier).get_json()["data"]
    assert {(one["status"], one["closed_reason"]) for one in needs} == {("closed", "household_rejected")}
    assert _events(office)[-3:] == ["household-rejected", "need-closed", "need-closed"]
    # Nobody writes needs down for it but by going there again.
    refused = office.post(f"/v1/households/{household}/needs", need(), office.verifier)
    assert refused.get_json()["code"] == "household_out"
    assert office.visit(household, needs=[need()]).status_code == 200
    assert office.decide(household).status_code == 200
    needs = office.get(f"/v1/needs?household={household}&status=open", office.verifier).get_json()["data"]
    assert [one["category"] for one in needs] == ["food"]


def test_a_rejection_needs_a_reason(office: Office) -> None:
    household = office.register()
    office.visit(household)
    assert office.decide(household, decision="reject", reason="").status_code == 422


@pytest.mark.parametrize("days", [0, -1, 800])
def test_a_verification_ends_after_today_and_within_two_years(office: Office, days: int) -> None:
    household = office.register()
    office.visit(household)
    until = (clock.today() + timedelta(days=days)).isoformat()
    response = office.decide(household, valid_until=until)
    assert response.status_code == 422
    assert response.json is not None
    assert response.json["errors"][0]["pointer"] == "/valid_until"


def test_a_household_graduates_when_a_fresh_visit_finds_no_need(office: Office) -> None:
    household = office.verified()
    office.visit(household)
    assert office.decide(household, decision="graduate", reason="Mandiri.").status_code == 200
    assert _status(office, household) == "graduated"
    assert _events(office)[-1] == "household-graduated"


def test_a_household_with_open_needs_does_not_graduate(office: Office) -> None:
    household = office.verified()
    office.visit(household, needs=[need()])
    response = office.decide(household, decision="graduate", reason="Mandiri.")
    assert response.status_code == 409
    assert response.json is not None
    assert (response.json["code"], response.json["open_needs"]) == ("needs_open", 1)


def test_a_household_that_was_never_verified_does_not_graduate(office: Office) -> None:
    household = office.register()
    office.visit(household)
    assert office.decide(household, decision="graduate", reason="x").json["code"] == "not_verified"  # type: ignore[index]


def test_a_graduation_rests_on_a_fresh_visit(office: Office) -> None:
    household = office.verified()
    office.visit(household)
    with clock.shifted(timedelta(days=91)):
        response = office.decide(household, decision="graduate", reason="Mandiri.")
    assert response.status_code == 409
    assert response.json is not None
    assert response.json["code"] == "visit_stale"


def test_a_hold_is_a_persons_and_only_a_person_lifts_it(office: Office) -> None:
    household = office.verified()
    held = office.post(f"/v1/households/{household}/hold", {"reason": "objection"}, office.verifier)
    assert held.status_code == 200
    assert held.json is not None
    assert held.json["held"] is True
    twice = office.post(f"/v1/households/{household}/hold", {"reason": "objection"}, office.verifier)
    assert twice.status_code == 409
    released = office.post(f"/v1/households/{household}/release", {}, office.approver)
    assert released.json is not None
    assert released.json["held"] is False
    assert office.post(f"/v1/households/{household}/release", {}, office.approver).status_code == 409
    assert _events(office)[-2:] == ["household-held", "household-released"]


def test_a_tksk_neither_holds_nor_decides(office: Office) -> None:
    household = office.register()
    for step in ("hold", "release", "decision"):
        body = {"reason": "x", "decision": "verify"}
        assert office.post(f"/v1/households/{household}/{step}", body, office.tksk).status_code == 403


def test_a_verification_lapses_when_its_day_has_passed(office: Office) -> None:
    household = office.verified()
    office.work("lapse")
    assert _status(office, household) == "verified"
    with clock.shifted(timedelta(days=366)):
        office.work("lapse")
        office.work("lapse")
    assert _status(office, household) == "lapsed"
    assert _events(office).count("verification-lapsed") == 1


def test_a_household_on_hold_does_not_lapse(office: Office) -> None:
    household = office.verified()
    office.post(f"/v1/households/{household}/hold", {"reason": "objection"}, office.verifier)
    with clock.shifted(timedelta(days=366)):
        office.work("lapse")
    assert _status(office, household) == "verified"


def test_a_lapsed_household_is_verified_again_after_a_fresh_visit(office: Office) -> None:
    household = office.verified()
    with clock.shifted(timedelta(days=366)):
        office.work("lapse")
    office.visit(household)
    assert office.decide(household).status_code == 200
    assert _status(office, household) == "verified"


def test_decisions_stay_inside_the_officers_area(office: Office) -> None:
    household = office.register()
    elsewhere = office.bearer(office.app, "approver", area="35.17.02")
    body = {"decision": "verify"}
    assert office.post(f"/v1/households/{household}/decision", body, elsewhere).status_code == 404

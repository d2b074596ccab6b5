"""Households over HTTP."""

from typing import Any

import pytest
from sqlalchemy import text

from services.programs.database import db
from tests.programs.people import Office, household, kk, member, nik


def _outbox(office: Office) -> list[tuple[str, bytes]]:
    with office.app.app_context():
        rows = db.session.execute(text("SELECT type, value FROM outbox ORDER BY seq")).all()
        return [(row.type.removeprefix("id.helix.programs.").removesuffix(".v1"), row.value) for row in rows]


def test_a_verifier_registers_a_household_and_reads_it_back(office: Office) -> None:
    body = household(
        members=[member(attributes=["disability"]), member(relation="child", born_on="2023-05-01")]
    )
    response = office.post("/v1/households", body, office.verifier)
    assert response.status_code == 201, response.json
    found = office.get(response.headers["Location"], office.verifier).json
    assert found is not None
    assert found["object"] == "household"
    assert found["status"] == "registered"
    assert found["kk_number"] == body["kk_number"]
    assert [one["nik"] for one in found["members"]] == [one["nik"] for one in body["members"]]
    assert found["attributes"] == ["disability", "child_under_5", "female_head"]
    assert found["score"] == sum(found["score_parts"].values())
    assert found["housing"] == body["housing"]


def test_registering_tells_of_it_without_personal_data(office: Office) -> None:
    body = household()
    office.post("/v1/households", body, office.verifier)
    ((kind, value),) = _outbox(office)
    assert kind == "household-registered"
    for secret in (body["kk_number"], body["address"], body["members"][0]["nik"], body["members"][0]["name"]):
        assert secret.encode() not in value


def test_nothing_personal_is_readable_in_the_database(office: Office) -> None:
    body = household()
    office.post("/v1/households", body, office.verifier)
    with office.app.app_context():
        rows = "".join(
            str(row)
            for table in ("household", "member", "family_card", "audit_entry", "outbox")
            for row in db.session.execute(text(f"SELECT {table}::text FROM {table}")).scalars()  # noqa: S608
        )
    person = body["members"][0]
    for secret in (body["kk_number"], body["address"], person["nik"], person["name"]):
        assert secret not in rows
        assert secret.encode().hex() not in rows


@pytest.mark.parametrize("same", ["nik", "kk"])
def test_a_person_or_card_that_is_there_already_is_refused_without_saying_whose(
    office: Office, same: str
) -> None:
    there = household()
    office.post("/v1/households", there, office.verifier)
    again = household(members=there["members"]) if same == "nik" else household(kk_number=there["kk_number"])
    response = office.post("/v1/households", again, office.planner)
    assert response.status_code == 409
    assert response.json is not None
    assert response.json["code"] == "already_registered"
    assert response.mimetype == "application/problem+json"
    assert there["members"][0]["nik"] not in response.text
    tried = office.get("/v1/audit", office.auditor).json
    assert tried is not None
    assert tried["data"][-1]["action"] == "household.double_refused"


def test_a_double_is_found_where_its_finder_may_not_look(office: Office) -> None:
    there = household()
    office.post("/v1/households", there, office.verifier)
    elsewhere = office.bearer(office.app, "verifier", area="35.17.02")
    again = household(members=there["members"], desa="35.17.02.2001")
    assert office.post("/v1/households", again, elsewhere).status_code == 409


def test_every_fault_is_told_at_once(office: Office) -> None:
    body = household(
        kk_number="0000000000000000",
        desa="35.17.99.2001",
        decile={"value": 11, "source": "X", "vintage": "2023"},
        members=[member(nik="1", sex="x"), member(born_on="2999-01-01")],
        colour="red",
    )
    response = office.post("/v1/households", body, office.verifier)
    assert response.status_code == 422
    assert response.json is not None
    assert {fault["pointer"] for fault in response.json["errors"]} == {
        "/kk_number",
        "/desa",
        "/decile/value",
        "/decile/source",
        "/members/0/nik",
        "/members/0/sex",
        "/members/1/born_on",
        "/colour",
    }


@pytest.mark.parametrize("vintage", ["Siti Aminah", "3517021509990001", "2023 3517021509990001", "23", ""])
def test_the_edition_of_a_decile_holds_nothing_but_that(office: Office, vintage: str) -> None:
    decile = {"value": 1, "source": "P3KE", "vintage": vintage}
    response = office.post("/v1/households", household(decile=decile), office.verifier)
    assert response.status_code == 422
    assert response.json is not None
    assert [fault["pointer"] for fault in response.json["errors"]] == ["/decile/vintage"]


@pytest.mark.parametrize(
    "members",
    [
        [member(relation="child")],
        [member(), member()],
        [],
        [member(nik="3517014101809999"), member(nik="3517014101809999", relation="child")],
    ],
    ids=["no head", "two heads", "nobody", "one person twice"],
)
def test_a_family_that_does_not_fit_together_is_refused(
    office: Office, members: list[dict[str, Any]]
) -> None:
    assert office.post("/v1/households", household(members=members), office.verifier).status_code == 422


def test_a_nik_that_does_not_fit_only_warns(office: Office) -> None:
    body = household(members=[member(nik=nik("020281", woman=True, area="357801"))])
    response = office.post("/v1/households", body, office.verifier)
    assert response.status_code == 201
    assert response.json is not None
    codes = [one["code"] for one in response.json["members"][0]["warnings"]]
    assert codes == ["nik_area_differs", "nik_date_differs"]


def test_the_same_idempotency_key_registers_once(office: Office) -> None:
    body = household()
    headers = {"Idempotency-Key": "one"}
    first = office.post("/v1/households", body, office.verifier, **headers)
    second = office.post("/v1/households", body, office.verifier, **headers)
    assert first.status_code == second.status_code == 201
    assert first.json == second.json
    assert len(_outbox(office)) == 1


def test_the_list_says_nothing_of_who_they_are(office: Office) -> None:
    office.register()
    response = office.get("/v1/households", office.tksk)
    assert response.json is not None
    (line,) = response.json["data"]
    assert not {"members", "address", "kk_number"} & set(line)


def test_a_tksk_sees_the_households_of_its_own_subdistrict_alone(office: Office) -> None:
    own, other = office.register(), office.register(desa="35.17.02.2001")
    assert [one["id"] for one in office.get("/v1/households", office.tksk).json["data"]] == [own]  # type: ignore[index]
    assert office.get(f"/v1/households/{own}", office.tksk).status_code == 200
    absent = office.get(f"/v1/households/{other}", office.tksk)
    assert absent.status_code == 404
    assert absent.mimetype == "application/problem+json"


def test_nobody_registers_outside_of_their_own_area(office: Office) -> None:
    elsewhere = office.bearer(office.app, "verifier", area="35.17.02")
    response = office.post("/v1/households", household(), elsewhere)
    assert response.status_code == 422
    assert response.json is not None
    assert response.json["errors"] == [{"pointer": "/desa", "detail": "Is outside your area."}]


def test_numbers_are_masked_for_who_does_not_check_them(office: Office) -> None:
    identity = office.register()
    found = office.get(f"/v1/households/{identity}", office.planner).json
    assert found is not None
    assert found["kk_number"] == found["members"][0]["nik"] == "•" * 16


def test_each_reading_of_a_record_is_in_the_audit_log(office: Office) -> None:
    identity = office.register()
    office.get(f"/v1/households/{identity}", office.planner)
    office.get("/v1/households", office.planner)
    lines = office.get(f"/v1/audit?household={identity}", office.auditor).json
    assert lines is not None
    assert [line["action"] for line in lines["data"]] == ["household.registered", "household.read"]


def test_the_list_is_filtered_and_paged(office: Office) -> None:
    made = [office.register(desa=f"35.17.01.200{place}") for place in (1, 1, 2)]
    first = office.get("/v1/households?desa=35.17.01.2001&limit=1", office.planner).json
    assert first is not None
    assert [one["id"] for one in first["data"]] == made[:1]
    assert first["has_more"] is True
    rest = office.get(f"/v1/households?desa=35.17.01.2001&starting_after={made[0]}", office.planner).json
    assert rest is not None
    assert ([one["id"] for one in rest["data"]], rest["has_more"]) == (made[1:2], False)
    verified = office.get("/v1/households?status=verified", office.planner).json
    assert verified is not None
    assert verified["data"] == []


@pytest.mark.parametrize(
    ("role", "status"),
    [("tksk", 403), ("approver", 403), ("auditor", 403), ("admin", 403), ("donor", 403)],
)
def test_only_verifiers_and_planners_register(office: Office, role: str, status: int) -> None:
    response = office.post("/v1/households", household(kk_number=kk()), office.bearer(office.app, role))
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"


def test_the_public_reads_no_household(office: Office) -> None:
    assert office.client.get("/v1/households").status_code == 401
    assert office.get("/v1/households", office.bearer(office.app, "donor")).status_code == 403

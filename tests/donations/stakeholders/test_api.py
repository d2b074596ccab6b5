"""Organisations register, are approved and suspended; portals speak with keys."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from shared.events.donations import StakeholderApproved, StakeholderSuspended
from tests.conftest import bearer
from tests.donations.conftest import Donor
from tests.donations.facts import pledge_body

NEW = {"name": "Universitas Contoh", "kind": "university", "contact_email": "humas@contoh.ac.id"}


def test_anyone_registers_an_organisation_and_an_officer_approves_it(
    app: Flask, officer: Donor, told: Callable[..., list[Any]]
) -> None:
    made: Any = app.test_client().post("/v1/stakeholders", json=NEW)
    assert (made.status_code, made.json["status"]) == (201, "pending")
    path = made.headers["Location"]
    assert officer.get("/v1/stakeholders?status=pending").json["data"] == [made.json]
    approved = officer.post(f"{path}/approve")
    assert (approved.status_code, approved.json["status"]) == (200, "approved")
    officer.post(f"{path}/approve")
    (event,) = told(StakeholderApproved)
    assert (event.name, event.kind) == ("Universitas Contoh", "university")
    suspended = officer.post(f"{path}/suspend", {"reason": "Laporan terlambat"})
    assert (suspended.json["status"], suspended.json["suspended_because"]) == (
        "suspended",
        "Laporan terlambat",
    )
    assert len(told(StakeholderSuspended)) == 1


def test_a_name_that_exists_gets_the_same_answer(app: Flask) -> None:
    client = app.test_client()
    first, second = (client.post("/v1/stakeholders", json=NEW) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"contact_email": "humas"}, "/contact_email"),
        ({"kind": "party"}, "/kind"),
        ({"name": "  "}, "/name"),
        ({"status": "approved"}, "/status"),
    ],
)
def test_a_registration_with_a_fault_is_refused(app: Flask, change: dict[str, str], pointer: str) -> None:
    refused: Any = app.test_client().post("/v1/stakeholders", json=NEW | change)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json["errors"]] == [pointer]


def test_registering_is_as_slow_to_repeat_as_signing_in(make_app: Callable[..., Flask]) -> None:
    client = make_app("donations", HELIX_SIGN_IN_LIMIT="2 per minute").test_client()
    answers = [client.post("/v1/stakeholders", json=NEW) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[-1].mimetype == "application/problem+json"
    assert "Retry-After" in answers[-1].headers


def test_only_planners_and_admins_see_organisations(app: Flask, donor: Donor) -> None:
    assert app.test_client().get("/v1/stakeholders").status_code == 401
    assert donor.get("/v1/stakeholders").status_code == 403
    assert donor.post(f"/v1/stakeholders/{donor.stakeholder}/approve").status_code == 403


def _key(donor: Donor, *scopes: str) -> Any:
    body = {"name": "Portal", "scopes": list(scopes)}
    return donor.post(f"/v1/stakeholders/{donor.stakeholder}/keys", body)


def test_a_key_is_shown_once_and_speaks_for_its_organisation(app: Flask, donor: Donor) -> None:
    made = _key(donor, "pledges:write", "pledges:read")
    assert made.status_code == 201, made.json
    assert made.json["key"].startswith(made.json["prefix"])
    assert made.json["key"].startswith("hlx_live_")
    portal = Donor(donor.stakeholder, {"Authorization": f"Bearer {made.json['key']}"}, app.test_client())
    pledge = portal.pledge()
    assert donor.get(f"/v1/pledges/{pledge['id']}").status_code == 200
    listed = donor.get(f"/v1/stakeholders/{donor.stakeholder}/keys").json["data"]
    assert [set(row) & {"key", "prefix"} for row in listed] == [{"prefix"}]
    assert portal.post("/v1/contributions", {}).status_code == 403
    assert donor.delete(made.headers["Location"]).status_code == 204
    assert portal.get("/v1/pledges").status_code == 401
    assert donor.delete(made.headers["Location"]).status_code == 404


def test_a_key_does_only_what_it_was_given(app: Flask, donor: Donor) -> None:
    made = _key(donor, "pledges:read")
    portal = Donor(donor.stakeholder, {"Authorization": f"Bearer {made.json['key']}"}, app.test_client())
    assert portal.get("/v1/pledges").status_code == 200
    assert portal.post("/v1/pledges", pledge_body()).status_code == 403
    assert _key(donor, "everything").status_code == 422


def test_a_key_that_may_write_pledges_may_read_what_became_of_them(app: Flask, donor: Donor) -> None:
    made = _key(donor, "pledges:write")
    portal = Donor(donor.stakeholder, {"Authorization": f"Bearer {made.json['key']}"}, app.test_client())
    pledge = f"/v1/pledges/{portal.pledge()['id']}"
    for path in (pledge, f"{pledge}/timeline", "/v1/allocations", "/v1/receipts", "/v1/contributions"):
        assert portal.get(path).status_code == 200, path
    only_paying = _key(donor, "contributions:write").json["key"]
    paying = Donor(donor.stakeholder, {"Authorization": f"Bearer {only_paying}"}, app.test_client())
    refused = paying.get(pledge)
    assert (refused.status_code, refused.json["detail"]) == (403, "This key lacks the scope pledges:read.")


def test_the_document_says_which_scopes_of_a_key_do(app: Flask) -> None:
    paths = app.test_client().get("/openapi.json").get_json()["paths"]
    reading, writing = paths["/v1/pledges"]["get"], paths["/v1/pledges"]["post"]
    assert reading["description"].endswith("API keys with the scope pledges:read or pledges:write.")
    assert {"api_key": ["pledges:write"]} in reading["security"]
    assert writing["description"].endswith("API keys with the scope pledges:write.")


def test_nobody_makes_or_revokes_anothers_key(
    app: Flask, donor: Donor, make_donor: Callable[..., Donor]
) -> None:
    other = make_donor("Lain")
    body = {"name": "Portal", "scopes": ["pledges:read"]}
    assert other.post(f"/v1/stakeholders/{donor.stakeholder}/keys", body).status_code == 404
    made = _key(donor, "pledges:read")
    assert other.delete(made.headers["Location"]).status_code == 404
    lost = Donor(donor.stakeholder, bearer(app, "donor"), app.test_client())
    assert lost.post(f"/v1/stakeholders/{donor.stakeholder}/keys", body).status_code == 404


@pytest.mark.parametrize("key", ["hlx_live_", "hlx_live_" + "x" * 43, "hlx_test_1", "hlx_live_é" * 9])
def test_what_is_not_a_key_proves_nobody(app: Flask, key: str) -> None:
    answer = app.test_client().get("/v1/pledges", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 401


def test_a_suspended_organisation_pledges_no_more(donor: Donor, officer: Donor) -> None:
    pledge = donor.pledge()
    officer.post(f"/v1/stakeholders/{donor.stakeholder}/suspend", {"reason": "Tidak aktif"})
    refused = donor.post("/v1/pledges", pledge_body())
    assert (refused.status_code, refused.json["code"]) == (403, "suspended")
    assert donor.get(f"/v1/pledges/{pledge['id']}").status_code == 200

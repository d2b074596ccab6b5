"""Pledges over HTTP: opened, read, changed and withdrawn by the organisation that owns them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask

from shared import clock
from shared.events.donations import AllocationReleased, PledgeAmended, PledgeOpened, PledgeWithdrawn
from tests.donations.conftest import Donor, Programs
from tests.donations.facts import payment, pledge_body, proposed

FULL = {
    "resource": {"kind": "cash"},
    "quantity": 25_000_000,
    "fund": "zis",
    "zakat": True,
    "strategy": "reduce_burden",
    "restrictions": {
        "areas": ["35.17.01"],
        "categories": ["food", "nutrition"],
        "attributes": ["elderly"],
        "max_decile": 1,
        "cap_per_household": 2_000_000,
        "minimum_grant": 100_000,
    },
    "reference": "PORTAL-17",
}


def test_a_pledge_with_every_restriction_is_opened_and_told(
    donor: Donor, told: Callable[..., list[Any]]
) -> None:
    window = {
        "opens_on": clock.today().isoformat(),
        "expires_on": (clock.today() + timedelta(days=90)).isoformat(),
    }
    answer = donor.post("/v1/pledges", FULL | window)
    assert answer.status_code == 201, answer.json
    body = answer.json
    assert answer.headers["Location"] == f"/v1/pledges/{body['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert body["object"] == "pledge"
    assert body["stakeholder"] == str(donor.stakeholder)
    assert body["status"] == "open"
    assert body["balance"] == {
        "pledged": 25_000_000, "reserved": 0, "contributed": 0, "in_hand": 0, "delivered": 0, "free": 25_000_000,
    }  # fmt: skip
    assert {name: body[name] for name in FULL if name != "resource"} == {
        name: value for name, value in FULL.items() if name != "resource"
    }
    assert body["resource"] == {"kind": "cash", "item": None, "unit": "IDR"}
    (event,) = told(PledgeOpened)
    assert (str(event.pledge), event.version, event.quantity, event.value_idr) == (
        body["id"], 1, 25_000_000, 25_000_000,
    )  # fmt: skip
    assert event.restrictions.attributes == ["elderly"]
    assert event.stakeholder_kind == "philanthropy"


def test_a_pledge_of_goods_is_valued_at_the_reference_price(
    donor: Donor, told: Callable[..., list[Any]]
) -> None:
    donor.pledge(resource={"kind": "goods", "item": "rice", "unit": "kg"}, quantity=100)
    (event,) = told(PledgeOpened)
    assert event.value_idr == 1_400_000


def test_a_pledge_worth_more_than_a_regency_could_spend_is_neither_opened_nor_amended(
    donor: Donor, told: Callable[..., list[Any]]
) -> None:
    latrines = {"kind": "goods", "item": "latrine_set", "unit": "set"}
    refused = donor.post("/v1/pledges", pledge_body(resource=latrines, quantity=10**15))
    assert (refused.status_code, refused.json["errors"]) == (
        422,
        [{"pointer": "/quantity", "detail": "One pledge may be worth Rp 10000000000000 at most."}],
    )
    pledge = donor.pledge(resource=latrines, quantity=10**13 // 2_500_000)
    path, tag = f"/v1/pledges/{pledge['id']}", {"If-Match": '"1"'}
    refused = donor.patch(path, {"quantity": 10**12}, **tag)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/quantity")
    assert [event.value_idr for event in told(PledgeOpened, PledgeAmended)] == [10**13]


def test_every_fault_is_told_at_once_with_its_place(donor: Donor) -> None:
    answer = donor.post(
        "/v1/pledges",
        {
            "resource": {"kind": "goods", "item": "wheelchair", "unit": "kg"},
            "quantity": 1.5,
            "fund": "csr",
            "zakat": True,
            "strategy": "win",
            "restrictions": {"areas": ["99.99"], "minimum_grant": 5, "cap_per_household": 2},
            "opens_on": "2026-12-01",
            "expires_on": "2026-11-01",
            "colour": "green",
        },
    )
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert {error["pointer"] for error in answer.json["errors"]} == {
        "/resource/unit",
        "/quantity",
        "/zakat",
        "/strategy",
        "/restrictions/areas/0",
        "/restrictions/minimum_grant",
        "/expires_on",
        "/colour",
    }


def test_a_reference_names_one_pledge_of_an_organisation(
    donor: Donor, make_donor: Callable[..., Donor]
) -> None:
    donor.pledge(reference="A-1")
    again = donor.post("/v1/pledges", pledge_body(reference="A-1"))
    assert (again.status_code, again.json["code"]) == (409, "reference_taken")
    make_donor("Lain").pledge(reference="A-1")
    found = donor.get("/v1/pledges?reference=A-1").json["data"]
    assert [pledge["reference"] for pledge in found] == ["A-1"]


def test_the_same_request_under_one_key_makes_one_pledge(donor: Donor) -> None:
    key = {"Idempotency-Key": "order 66"}
    first = donor.post("/v1/pledges", pledge_body(reference="A-2"), **key)
    second = donor.post("/v1/pledges", pledge_body(reference="A-2"), **key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json
    other = donor.post("/v1/pledges", pledge_body(quantity=7), **key)
    assert other.status_code == 422
    assert len(donor.get("/v1/pledges").json["data"]) == 1


def test_an_organisation_sees_its_own_pledges_and_officers_see_all(
    donor: Donor, officer: Donor, make_donor: Callable[..., Donor]
) -> None:
    mine = donor.pledge()
    other = make_donor("Lain")
    theirs = other.pledge()
    assert [pledge["id"] for pledge in donor.get("/v1/pledges").json["data"]] == [mine["id"]]
    for method, path in (("get", ""), ("get", "/timeline"), ("post", "/withdraw")):
        answer = getattr(donor, method)(f"/v1/pledges/{theirs['id']}{path}")
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    assert donor.get(f"/v1/pledges?stakeholder={other.stakeholder}").json["data"] == []
    assert len(officer.get("/v1/pledges").json["data"]) == 2
    assert officer.post("/v1/pledges", pledge_body()).status_code == 403


def test_nobody_pledges_without_a_token_or_before_approval(
    app: Flask, make_donor: Callable[..., Donor]
) -> None:
    assert app.test_client().post("/v1/pledges", json=pledge_body()).status_code == 401
    pending = make_donor(approved=False).post("/v1/pledges", pledge_body())
    assert (pending.status_code, pending.json["code"]) == (403, "not_approved")


def test_a_pledge_is_changed_only_from_its_newest_version(
    donor: Donor, told: Callable[..., list[Any]]
) -> None:
    pledge = donor.pledge()
    path = f"/v1/pledges/{pledge['id']}"
    assert donor.patch(path, {"quantity": 5}).status_code == 428
    changed = donor.patch(
        path, {"quantity": 2_000_000, "restrictions": {"categories": ["food"]}}, **{"If-Match": '"1"'}
    )
    assert changed.status_code == 200, changed.json
    assert changed.headers["ETag"] == '"2"'
    assert changed.json["balance"]["free"] == 2_000_000
    stale = donor.patch(path, {"quantity": 3_000_000}, **{"If-Match": '"1"'})
    assert (stale.status_code, stale.json["code"]) == (412, "changed_meanwhile")
    (event,) = told(PledgeAmended)
    assert (event.version, event.quantity, event.restrictions.categories) == (2, 2_000_000, ["food"])


def test_a_pledge_never_shrinks_below_what_is_reserved(donor: Donor, programs: Programs) -> None:
    pledge = donor.pledge()
    programs.tell(proposed(pledge["id"], 400_000))
    path = f"/v1/pledges/{pledge['id']}"
    tag = {"If-Match": donor.get(path).headers["ETag"]}
    refused = donor.patch(path, {"quantity": 399_999}, **tag)
    assert (refused.status_code, refused.json["code"], refused.json["reserved"]) == (
        409,
        "below_reserved",
        400_000,
    )
    exact = donor.patch(path, {"quantity": 400_000}, **tag)
    assert (exact.status_code, exact.json["status"]) == (200, "exhausted")
    assert len(donor.get("/v1/pledges?status=exhausted").json["data"]) == 1
    assert donor.get("/v1/pledges?status=open").json["data"] == []


def test_a_withdrawal_takes_back_what_is_free_and_what_is_unpaid(
    donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    pledge = donor.pledge()
    unpaid, partly = proposed(pledge["id"], 300_000), proposed(pledge["id"], 200_000)
    programs.tell(unpaid, partly)
    assert donor.post("/v1/contributions", payment(partly, 150_000)).status_code == 201
    answer = donor.post(f"/v1/pledges/{pledge['id']}/withdraw")
    assert answer.status_code == 200
    assert answer.json["status"] == "withdrawn"
    assert answer.json["balance"] == {
        "pledged": 1_000_000, "reserved": 150_000, "contributed": 150_000, "in_hand": 0, "delivered": 0, "free": 0,
    }  # fmt: skip
    *released, withdrawn = told(AllocationReleased, PledgeWithdrawn)
    assert (withdrawn.version, withdrawn.quantity) == (2, 150_000)
    assert {(event.allocation, event.quantity, event.contributed, event.why) for event in released} == {
        (unpaid.allocation, 300_000, 0, "withdrawn"),
        (partly.allocation, 50_000, 0, "withdrawn"),
    }
    again = donor.post(f"/v1/pledges/{pledge['id']}/withdraw")
    assert again.json == answer.json
    assert told() == []
    statuses = {row["id"]: row["status"] for row in donor.get("/v1/allocations").json["data"]}
    assert statuses == {str(unpaid.allocation): "released", str(partly.allocation): "contributed"}
    closed = donor.patch(f"/v1/pledges/{pledge['id']}", {"quantity": 9}, **{"If-Match": '"2"'})
    assert (closed.status_code, closed.json["code"]) == (409, "pledge_over")


def test_the_timeline_tells_what_happened_in_order(donor: Donor, programs: Programs) -> None:
    pledge = donor.pledge()
    step = proposed(pledge["id"], 300_000)
    programs.tell(step)
    donor.post("/v1/contributions", payment(step))
    donor.post(f"/v1/pledges/{pledge['id']}/withdraw")
    entries = donor.get(f"/v1/pledges/{pledge['id']}/timeline").json["data"]
    assert [entry["code"] for entry in entries] == [
        "pledge_opened", "allocation_reserved", "contribution_made", "pledge_withdrawn",
    ]  # fmt: skip
    assert str(step.household) not in str(entries)
    assert entries[1]["data"] == {
        "quantity": 300_000, "unit": "IDR", "awaits_approval": False, "area": "35.17.01", "category": "food",
    }  # fmt: skip


def test_lists_are_paged_by_id(donor: Donor) -> None:
    ids = [donor.pledge()["id"] for _ in range(3)]
    first = donor.get("/v1/pledges?limit=2").json
    assert ([row["id"] for row in first["data"]], first["has_more"]) == (ids[:2], True)
    rest = donor.get(f"/v1/pledges?limit=2&starting_after={ids[1]}").json
    assert ([row["id"] for row in rest["data"]], rest["has_more"]) == (ids[2:], False)
    assert donor.get("/v1/pledges?page=2").status_code == 422


def test_the_catalogue_is_public(app: Flask) -> None:
    answer = app.test_client().get("/v1/catalogue")
    assert answer.status_code == 200
    body: Any = answer.json
    rice = next(row for row in body["data"] if row["item"] == "rice")
    assert (rice["unit"], rice["kind"], rice["reference_price"]) == ("kg", "goods", 14_000)
    assert (rice["object"], rice["id"], rice["created_at"]) == (
        "catalogue_item",
        "rice",
        "2026-11-21T00:00:00+00:00",
    )

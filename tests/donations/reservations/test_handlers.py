"""What donations answers when programs proposes, holds, delivers or gives up."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.donations.database import db
from shared import clock
from shared.errors import Conflict
from shared.events.donations import AllocationRefused, AllocationReleased, AllocationReserved
from shared.events.event import Event
from shared.ids import new_id
from tests.donations.conftest import Donor, Programs
from tests.donations.facts import (
    approved,
    cancelled,
    delivered,
    failed,
    held,
    payment,
    proposed,
    vetoed,
)


def _balance(donor: Donor, pledge: dict[str, Any]) -> tuple[int, int, int, int]:
    balance = donor.get(f"/v1/pledges/{pledge['id']}").json["balance"]
    return balance["reserved"], balance["contributed"], balance["delivered"], balance["free"]


def _status(donor: Donor, step: Any) -> str:
    return str(donor.get(f"/v1/allocations/{step.allocation}").json["status"])


def test_a_proposal_is_reserved_and_seen_without_its_household(
    donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    pledge = donor.pledge()
    step = proposed(pledge["id"], 400_000)
    programs.tell(step)
    (event,) = told(AllocationReserved)
    assert (event.allocation, event.quantity, event.left) == (step.allocation, 400_000, 600_000)
    assert (event.household, event.need, event.value_idr) == (step.household, step.need, 400_000)
    shown = donor.get(f"/v1/allocations/{step.allocation}").json
    assert (shown["status"], shown["area"], shown["category"], shown["open"]) == (
        "reserved", "35.17.01", "food", 400_000,
    )  # fmt: skip
    assert (shown["reasons"]["rank"], shown["reasons"]["of"]) == (1, 12)
    assert "score" not in shown["reasons"]
    assert str(step.household) not in str(shown)
    assert _balance(donor, pledge) == (400_000, 0, 0, 600_000)


def test_a_pledge_never_reserves_more_than_is_free(
    donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    pledge = donor.pledge(quantity=100)
    first, second, third = (proposed(pledge["id"], quantity) for quantity in (70, 40, 30))
    programs.tell(first, second, third)
    answers = told(AllocationReserved, AllocationRefused)
    assert [(type(answer), answer.left) for answer in answers] == [
        (AllocationReserved, 30),
        (AllocationRefused, 30),
        (AllocationReserved, 0),
    ]
    assert answers[1].why == "insufficient"
    assert (_status(donor, second), _balance(donor, pledge)) == ("refused", (100, 0, 0, 0))


@pytest.mark.parametrize(
    ("pledge", "proposal", "why"),
    [
        ({}, {"unit": "kg", "item": "rice"}, "wrong_unit"),
        ({"restrictions": {"areas": ["35.17.02"]}}, {}, "restricted"),
        ({"restrictions": {"categories": ["health"]}}, {}, "restricted"),
        ({"restrictions": {"max_decile": 1}}, {"decile": 2}, "restricted"),
        ({"fund": "zis", "zakat": True}, {"decile": 2}, "restricted"),
        ({"restrictions": {"minimum_grant": 500_000}}, {}, "restricted"),
        ({"restrictions": {"cap_per_household": 300_000}}, {}, "over_cap"),
        ({"opens_on": (clock.today() + timedelta(days=2)).isoformat()}, {}, "not_open"),
        ({}, {"quantity": 1_000_001}, "insufficient"),
    ],
)
def test_what_breaks_a_restriction_is_refused_with_its_reason(
    donor: Donor,
    programs: Programs,
    told: Callable[..., list[Any]],
    pledge: dict[str, Any],
    proposal: dict[str, Any],
    why: str,
) -> None:
    made = donor.pledge(**pledge)
    programs.tell(proposed(made["id"], **proposal))
    (event,) = told(AllocationRefused)
    assert event.why == why
    assert _balance(donor, made) == (0, 0, 0, 1_000_000)


def test_zakat_reaches_the_lowest_decile(
    donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    programs.tell(proposed(donor.pledge(fund="zis", zakat=True)["id"], decile=1))
    assert len(told(AllocationReserved)) == 1


def test_attributes_that_were_asked_for_meanwhile_win_over_a_proposal_in_flight(
    donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    pledge = donor.pledge()
    _amend(donor, pledge, {"restrictions": {"attributes": ["elderly"]}})
    # What only makes the promise smaller leaves the restrictions as they were known.
    _amend(donor, pledge, {"quantity": 900_000})
    programs.tell(*(proposed(pledge["id"], 100, pledge_version=version) for version in (1, 2, 3, None)))
    answers = told(AllocationReserved, AllocationRefused)
    assert [getattr(answer, "why", None) for answer in answers] == ["stale", None, None, None]


def test_restrictions_that_are_checked_here_need_no_version(
    donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    pledge = donor.pledge(restrictions={"attributes": ["elderly"]})
    _amend(donor, pledge, {"restrictions": {"areas": ["35.17"]}})
    programs.tell(proposed(pledge["id"], pledge_version=1))
    assert len(told(AllocationReserved)) == 1


def _amend(donor: Donor, pledge: dict[str, Any], changes: dict[str, Any]) -> None:
    path = f"/v1/pledges/{pledge['id']}"
    tag = donor.get(path).headers["ETag"]
    assert donor.patch(path, changes, **{"If-Match": tag}).status_code == 200


def test_the_cap_counts_all_that_a_household_has_from_the_pledge(
    donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    pledge = donor.pledge(restrictions={"cap_per_household": 500})
    household = new_id()
    steps = [proposed(pledge["id"], quantity, household=household) for quantity in (300, 300, 200)]
    programs.tell(steps[0])
    programs.tell(*steps[1:])
    assert [type(event) for event in told(AllocationReserved, AllocationRefused)] == [
        AllocationReserved, AllocationRefused, AllocationReserved,
    ]  # fmt: skip
    programs.tell(cancelled(steps[0]), proposed(pledge["id"], 300, household=household))
    assert _balance(donor, pledge)[0] == 500


def test_a_proposal_for_no_pledge_is_refused(
    programs: Programs, told: Callable[..., list[Any]], donor: Donor
) -> None:
    step = proposed(new_id())
    programs.tell(step, cancelled(step))
    (event,) = told(AllocationRefused)
    assert (event.why, event.left) == ("unknown_pledge", 0)


def test_a_withdrawn_pledge_reserves_nothing(
    donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    pledge = donor.pledge()
    donor.post(f"/v1/pledges/{pledge['id']}/withdraw")
    programs.tell(proposed(pledge["id"]))
    (event,) = told(AllocationRefused)
    assert (event.why, event.left) == ("not_open", 0)


def test_the_same_proposal_told_twice_is_reserved_once(
    donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    pledge = donor.pledge()
    step = proposed(pledge["id"])
    programs.tell(step, step)
    programs.tell(step)
    assert len(told(AllocationReserved)) == 1
    assert _balance(donor, pledge)[0] == 400_000


def test_a_large_amount_is_payable_only_after_approval(donor: Donor, programs: Programs) -> None:
    pledge = donor.pledge()
    step = proposed(pledge["id"], awaits_approval=True)
    programs.tell(step)
    early = donor.post("/v1/contributions", payment(step))
    assert (early.status_code, early.json["code"]) == (409, "awaiting_approval")
    programs.tell(approved(step))
    assert donor.post("/v1/contributions", payment(step)).status_code == 201
    assert _status(donor, step) == "contributed"


def test_a_hold_stops_payment_until_it_is_approved(donor: Donor, programs: Programs) -> None:
    pledge = donor.pledge()
    step = proposed(pledge["id"])
    programs.tell(step, held(step))
    refused = donor.post("/v1/contributions", payment(step))
    assert (refused.status_code, refused.json["code"], _status(donor, step)) == (409, "held", "held")
    programs.tell(approved(step))
    assert donor.post("/v1/contributions", payment(step)).status_code == 201


@pytest.mark.parametrize(
    ("end", "status", "why"),
    [(vetoed, "vetoed", "vetoed"), (cancelled, "released", "need_closed"), (failed, "failed", "failed")],
)
def test_what_is_given_up_returns_to_the_pledge_with_what_was_paid(
    donor: Donor,
    programs: Programs,
    told: Callable[..., list[Any]],
    end: Callable[..., Event],
    status: str,
    why: str,
) -> None:
    pledge = donor.pledge()
    step = proposed(pledge["id"], 400_000)
    programs.tell(step)
    donor.post("/v1/contributions", payment(step, 150_000))
    programs.tell(end(step))
    (event,) = told(AllocationReleased)
    assert (event.quantity, event.contributed, event.left, event.why) == (400_000, 150_000, 1_000_000, why)
    assert (_status(donor, step), _balance(donor, pledge)) == (status, (0, 150_000, 0, 1_000_000))
    (contribution,) = donor.get(f"/v1/contributions?allocation={step.allocation}").json["data"]
    assert (contribution["quantity"], contribution["released"]) == (150_000, 150_000)
    programs.tell(approved(step), held(step), vetoed(step), cancelled(step))
    assert told() == []
    assert _status(donor, step) == status


def test_a_delivery_in_parts_gives_a_receipt_for_each(donor: Donor, programs: Programs) -> None:
    pledge = donor.pledge()
    step = proposed(pledge["id"], 400_000)
    programs.tell(step)
    donor.post("/v1/contributions", payment(step))
    programs.tell(delivered(step, 100_000))
    assert (_status(donor, step), _balance(donor, pledge)) == (
        "contributed", (300_000, 400_000, 100_000, 600_000),
    )  # fmt: skip
    programs.tell(delivered(step, 300_000))
    assert (_status(donor, step), _balance(donor, pledge)) == ("delivered", (0, 400_000, 400_000, 600_000))
    receipts = donor.get(f"/v1/receipts?pledge={pledge['id']}").json["data"]
    assert [receipt["quantity"] for receipt in receipts] == [100_000, 300_000]
    assert len({receipt["number"] for receipt in receipts}) == 2
    assert str(step.household) not in str(receipts)
    assert donor.get(f"/v1/receipts/{receipts[0]['id']}").json == receipts[0]


def test_a_failure_after_a_part_returns_only_the_rest(
    donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    pledge = donor.pledge()
    step = proposed(pledge["id"], 400_000)
    programs.tell(step)
    donor.post("/v1/contributions", payment(step))
    programs.tell(delivered(step, 100_000), failed(step, 300_000))
    (event,) = told(AllocationReleased)
    assert (event.quantity, event.contributed) == (300_000, 300_000)
    assert (_status(donor, step), _balance(donor, pledge)) == (
        "delivered", (0, 400_000, 100_000, 900_000),
    )  # fmt: skip


def test_proposed_and_delivered_in_one_batch_is_the_same(donor: Donor, programs: Programs) -> None:
    pledge = donor.pledge()
    step = proposed(pledge["id"])
    programs.tell(step, delivered(step))
    assert _status(donor, step) == "delivered"
    assert len(donor.get("/v1/receipts").json["data"]) == 1


def test_more_delivered_than_set_aside_is_put_aside_as_wrong(donor: Donor, programs: Programs) -> None:
    pledge = donor.pledge()
    step = proposed(pledge["id"], 100)
    programs.tell(step)
    with pytest.raises(Conflict):
        programs.tell(delivered(step, 101))
    with pytest.raises(Conflict):
        programs.tell(delivered(proposed(pledge["id"])))
    assert _balance(donor, pledge) == (100, 0, 0, 999_900)


def test_an_event_that_follows_names_its_cause(donor: Donor, programs: Programs) -> None:
    pledge = donor.pledge()
    programs.tell(proposed(pledge["id"]))
    with programs.app.app_context(), db.engine.connect() as connection:
        headers = connection.execute(
            text("SELECT headers FROM outbox ORDER BY seq DESC LIMIT 1")
        ).scalar_one()
    assert headers["causationid"] == str(programs.sent[0].id)
    assert headers["correlationid"] == pledge["id"]


@pytest.mark.parametrize(("of", "told"), [(9, (None, None)), (10, (1, 10))])
def test_a_donor_is_not_told_how_few_needs_there_were_nor_the_place_among_them(
    donor: Donor, programs: Programs, of: int, told: tuple[int | None, int | None]
) -> None:
    step = proposed(donor.pledge()["id"], 400_000, of=of)
    programs.tell(step)
    reasons = donor.get(f"/v1/allocations/{step.allocation}").json["reasons"]
    assert (reasons["rank"], reasons["of"]) == told

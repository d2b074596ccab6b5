"""What is new stops when an organisation is suspended; what is set aside goes on."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Flask

from services.donations.board.queries import why_it_waits
from services.donations.pledges.queries import get_pledge
from shared.events.donations import (
    AllocationRefused,
    AllocationReserved,
    PledgeAmended,
    StakeholderApproved,
    StakeholderSuspended,
)
from shared.vocabulary import SIDE_OF
from tests.donations.conftest import Donor, Programs
from tests.donations.facts import delivered, payment, proposed


def _suspend(officer: Donor, donor: Donor) -> None:
    path = f"/v1/stakeholders/{donor.stakeholder}/suspend"
    assert officer.post(path, {"reason": "Laporan terlambat"}).status_code == 200


def test_nothing_new_is_set_aside_until_the_organisation_is_approved_again(
    donor: Donor, officer: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    pledge, ended = donor.pledge(), donor.pledge()
    donor.post(f"/v1/pledges/{ended['id']}/withdraw")
    _suspend(officer, donor)
    told()
    programs.tell(proposed(pledge["id"]))
    assert [event.why for event in told(AllocationRefused)] == ["suspended"]
    officer.post(f"/v1/stakeholders/{donor.stakeholder}/approve")
    (amended,) = told(PledgeAmended)
    assert (str(amended.pledge), amended.version, amended.quantity) == (pledge["id"], 2, 1_000_000)
    programs.tell(proposed(pledge["id"], pledge_version=2))
    assert len(told(AllocationReserved)) == 1
    entries = donor.get(f"/v1/pledges/{pledge['id']}/timeline").json["data"]
    assert [entry["code"] for entry in entries] == ["pledge_opened", "pledge_resumed", "allocation_reserved"]


def test_what_is_set_aside_is_still_paid_and_delivered(
    donor: Donor, officer: Donor, programs: Programs
) -> None:
    pledge = donor.pledge()
    step = proposed(pledge["id"], 400)
    programs.tell(step)
    _suspend(officer, donor)
    assert donor.post("/v1/contributions", payment(step)).status_code == 201
    programs.tell(delivered(step))
    assert donor.get(f"/v1/allocations/{step.allocation}").json["status"] == "delivered"


def test_its_promises_can_be_taken_back_and_not_made_larger(donor: Donor, officer: Donor) -> None:
    pledge = donor.pledge()
    _suspend(officer, donor)
    path = f"/v1/pledges/{pledge['id']}"
    refused = donor.patch(path, {"quantity": 2_000_000}, **{"If-Match": '"1"'})
    assert (refused.status_code, donor.get(path).json["quantity"]) == (403, 1_000_000)
    assert donor.post(f"{path}/withdraw").status_code == 200


def test_another_organisation_is_not_touched(
    donor: Donor, make_donor: Callable[..., Donor], officer: Donor, programs: Programs
) -> None:
    pledge = donor.pledge()
    other = make_donor("Lembaga Lain")
    _suspend(officer, other)
    step = proposed(pledge["id"])
    programs.tell(step)
    assert donor.get(f"/v1/allocations/{step.allocation}").json["status"] == "reserved"


def test_both_events_tell_who_it_is_about_and_its_side_of_the_helix(
    donor: Donor, officer: Donor, told: Callable[..., list[Any]]
) -> None:
    _suspend(officer, donor)
    officer.post(f"/v1/stakeholders/{donor.stakeholder}/approve")
    suspended, approved = told(StakeholderSuspended, StakeholderApproved)[-2:]
    assert suspended.name == approved.name
    assert suspended.kind == approved.kind
    assert suspended.side == approved.side == SIDE_OF[approved.kind]


def test_a_pledge_that_rests_says_so(app: Flask, donor: Donor, officer: Donor) -> None:
    pledge = UUID(donor.pledge()["id"])
    _suspend(officer, donor)
    with app.app_context():
        assert why_it_waits(get_pledge(pledge)) == "resting"

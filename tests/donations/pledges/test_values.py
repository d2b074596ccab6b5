"""What a pledge is worth: at the price of its day, in every column, whatever becomes of the price list."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, g
from sqlalchemy import update

from services.donations.database import db
from services.donations.home.queries import sum_pledges
from services.donations.pledges.models import Pledge
from shared.auth.principal import Principal
from shared.catalogue import ITEMS
from shared.events.donations import (
    AllocationReleased,
    AllocationReserved,
    ContributionMade,
    PledgeAmended,
    PledgeOpened,
    PledgeWithdrawn,
)
from shared.ids import new_id
from tests.donations.conftest import Donor, Programs
from tests.donations.facts import delivered, payment, proposed

RICE = {"kind": "goods", "item": "rice", "unit": "kg"}


@pytest.fixture
def rice(donor: Donor, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A pledge of 100 kg of rice, made before its price rose from 14,000 to 20,000."""
    pledge = donor.pledge(resource=RICE, quantity=100)
    monkeypatch.setitem(ITEMS, "rice", replace(ITEMS["rice"], reference_price=20_000))
    return pledge


def offered(pledge: dict[str, Any], quantity: int) -> Any:
    """Return the proposal of a part, as programs values it: at the price of today."""
    return proposed(pledge["id"], quantity, item="rice", unit="kg", value_idr=quantity * 20_000)


def test_an_amendment_and_a_withdrawal_keep_the_price_of_the_day_of_the_pledge(
    donor: Donor, rice: dict[str, Any], told: Any
) -> None:
    donor.patch(f"/v1/pledges/{rice['id']}", {"quantity": 150}, **{"If-Match": '"1"'})
    donor.post(f"/v1/pledges/{rice['id']}/withdraw")
    states = told(PledgeOpened, PledgeAmended, PledgeWithdrawn)
    assert [(event.quantity, event.value_idr) for event in states] == [
        (100, 1_400_000),
        (150, 2_100_000),
        (0, 0),
    ]


def test_every_step_of_an_allocation_is_valued_as_its_pledge_was(
    donor: Donor, rice: dict[str, Any], programs: Programs, told: Any
) -> None:
    kept, given_back = offered(rice, 10), offered(rice, 5)
    programs.tell(kept, given_back)
    donor.post("/v1/contributions", payment(kept))
    donor.post(f"/v1/pledges/{rice['id']}/withdraw")
    steps = told(AllocationReserved, ContributionMade, AllocationReleased)
    assert [event.value_idr for event in steps] == [140_000, 70_000, 140_000, 70_000]


def test_delivered_is_worth_as_much_as_pledged_once_all_of_it_has_arrived(
    app: Flask, donor: Donor, rice: dict[str, Any], programs: Programs
) -> None:
    step = offered(rice, 100)
    programs.tell(step)
    donor.post("/v1/contributions", payment(step))
    programs.tell(delivered(step))
    donor.pledge(resource=RICE, quantity=1)
    with app.test_request_context():
        g.principal = Principal(
            id=str(new_id()), roles=frozenset({"donor"}), stakeholder=UUID(str(donor.stakeholder))
        )
        totals = sum_pledges()
    assert (totals.pledges, totals.pledged, totals.reserved) == (2, 1_420_000, 0)
    assert (totals.contributed, totals.delivered) == (1_400_000, 1_400_000)


def test_the_sums_of_the_first_page_hold_any_number_of_the_largest_pledges(app: Flask, donor: Donor) -> None:
    donor.pledge(quantity=10**13)
    with app.test_request_context():
        g.principal = Principal(
            id=str(new_id()), roles=frozenset({"donor"}), stakeholder=UUID(str(donor.stakeholder))
        )
        db.session.execute(update(Pledge).values(quantity=10**15, price_idr=10**6))
        assert sum_pledges().pledged == 10**21

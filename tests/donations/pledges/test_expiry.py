"""The last day of a pledge: it counts in Jakarta, and ends what is free or unpaid and nothing else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from services.donations.database import db
from services.donations.endings.operations import expire_pledges
from shared import clock
from shared.events.donations import AllocationRefused, AllocationReleased, PledgeExpired
from tests.donations.conftest import Donor, Programs
from tests.donations.facts import approved, delivered, payment, proposed


def _expire(app: Flask) -> bool:
    with app.app_context(), Session(db.engine) as session:
        more = expire_pledges(session)
        session.commit()
        return more


def test_a_pledge_ends_after_its_last_day_and_gives_back_what_nobody_paid(
    app: Flask, donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    pledge = donor.pledge(expires_on=clock.today().isoformat())
    forever = donor.pledge()
    unpaid, partly, paid = (proposed(pledge["id"], quantity) for quantity in (300_000, 200_000, 100_000))
    awaiting, kept = proposed(pledge["id"], 50_000, awaits_approval=True), proposed(forever["id"], 400_000)
    programs.tell(unpaid, partly, paid, awaiting, kept)
    donor.post("/v1/contributions", payment(partly, 150_000))
    donor.post("/v1/contributions", payment(paid))
    assert _expire(app) is False
    assert told(PledgeExpired, AllocationReleased) == []
    with clock.shifted(timedelta(days=1)):
        programs.tell(proposed(pledge["id"]))
        assert [event.why for event in told(AllocationRefused)] == ["not_open"]
        _expire(app)
        _expire(app)
    *released, expired = told(AllocationReleased, PledgeExpired)
    assert [(event.allocation, event.quantity, event.contributed, event.why) for event in released] == [
        (unpaid.allocation, 300_000, 0, "expired"),
        (partly.allocation, 50_000, 0, "expired"),
        (awaiting.allocation, 50_000, 0, "expired"),
    ]
    assert (str(expired.pledge), expired.quantity, expired.version) == (pledge["id"], 250_000, 2)
    shown = donor.get(f"/v1/pledges/{pledge['id']}").json
    balance = shown["balance"]
    assert (shown["status"], balance["reserved"], balance["contributed"], balance["free"]) == (
        "expired", 250_000, 250_000, 0,
    )  # fmt: skip
    assert donor.get(f"/v1/pledges/{forever['id']}").json["balance"]["reserved"] == 400_000


def test_what_is_paid_goes_on_after_the_last_day_and_what_is_not_is_no_longer_paid(
    app: Flask, donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    pledge = donor.pledge(expires_on=clock.today().isoformat())
    unpaid, paid = proposed(pledge["id"], 300_000), proposed(pledge["id"], 100_000)
    programs.tell(unpaid, paid)
    donor.post("/v1/contributions", payment(paid))
    with clock.shifted(timedelta(days=1)):
        _expire(app)
    refused = donor.post("/v1/contributions", payment(unpaid))
    assert (refused.status_code, refused.json["code"]) == (409, "allocation_over")
    programs.tell(approved(unpaid), delivered(paid))
    assert donor.get(f"/v1/pledges/{pledge['id']}").json["balance"]["delivered"] == 100_000
    told()
    # Of a pledge that is over nothing is left to withdraw.
    assert donor.post(f"/v1/pledges/{pledge['id']}/withdraw").json["status"] == "expired"
    assert told() == []
    codes = [row["code"] for row in donor.get(f"/v1/pledges/{pledge['id']}/timeline").json["data"]]
    assert codes == [
        "pledge_opened", "allocation_reserved", "allocation_reserved", "contribution_made",
        "pledge_expired", "allocation_released", "delivery_confirmed",
    ]  # fmt: skip

"""The last day of a pledge: it counts in Jakarta, and ends what is free and nothing else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from services.donations.database import db
from services.donations.endings.operations import expire_pledges
from shared import clock
from shared.events.donations import AllocationRefused, PledgeExpired
from tests.donations.conftest import Donor, Programs
from tests.donations.facts import payment, proposed


def _expire(app: Flask) -> bool:
    with app.app_context(), Session(db.engine) as session:
        more = expire_pledges(session)
        session.commit()
        return more


def test_a_pledge_ends_after_its_last_day_and_keeps_what_is_reserved(
    app: Flask, donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    pledge = donor.pledge(expires_on=clock.today().isoformat())
    forever = donor.pledge()
    step = proposed(pledge["id"], 400_000)
    programs.tell(step)
    assert _expire(app) is False
    assert told(PledgeExpired) == []
    with clock.shifted(timedelta(days=1)):
        programs.tell(proposed(pledge["id"]))
        assert [event.why for event in told(AllocationRefused)] == ["not_open"]
        _expire(app)
        _expire(app)
    (event,) = told(PledgeExpired)
    assert (str(event.pledge), event.quantity, event.version) == (pledge["id"], 400_000, 2)
    shown = donor.get(f"/v1/pledges/{pledge['id']}").json
    assert (shown["status"], shown["balance"]["reserved"], shown["balance"]["free"]) == (
        "expired",
        400_000,
        0,
    )
    assert donor.get(f"/v1/pledges/{forever['id']}").json["status"] == "open"
    assert donor.post("/v1/contributions", payment(step)).status_code == 201
    codes = [row["code"] for row in donor.get(f"/v1/pledges/{pledge['id']}/timeline").json["data"]]
    assert codes == ["pledge_opened", "allocation_reserved", "pledge_expired", "contribution_made"]

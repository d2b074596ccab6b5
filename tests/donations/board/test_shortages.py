"""What is short at this moment, as far as programs told of needs and this service set something aside."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask

from services.donations.board.queries import is_short, why_it_waits
from services.donations.database import db
from services.donations.pledges.models import Pledge
from shared import clock
from shared.events.programs import (
    HouseholdGraduated,
    HouseholdHeld,
    HouseholdReleased,
    HouseholdVerified,
    NeedClosed,
    NeedRecorded,
    VerificationLapsed,
)
from shared.ids import new_id
from tests.donations.conftest import Donor, Programs
from tests.donations.facts import VILLAGE, cancelled, proposed


def need(household: UUID, quantity: int = 500_000, **changes: Any) -> NeedRecorded:
    facts: dict[str, Any] = {
        "household": household,
        "desa": VILLAGE,
        "need": new_id(),
        "category": "food",
        "strategy": "reduce_burden",
        "quantity": quantity,
        "unit": "IDR",
        "value_idr": quantity,
        "urgency": 5,
        "indivisible": False,
    }
    return NeedRecorded(**facts | changes)


def verified(household: UUID, desa: str = VILLAGE) -> HouseholdVerified:
    return HouseholdVerified(household=household, desa=desa, people=4, valid_until=clock.today())


def short(app: Flask, item: str | None = None, *categories: str) -> bool:
    with app.app_context():
        return is_short(item, categories)


def test_only_verified_households_are_short(app: Flask, programs: Programs) -> None:
    household = new_id()
    programs.tell(need(household))
    assert not short(app)
    programs.tell(verified(household))
    assert short(app)
    assert short(app, None, "health", "food")
    assert not short(app, None, "health")
    assert not short(app, "rice")


def test_a_hold_a_lapse_or_a_graduation_ends_a_shortage(app: Flask, programs: Programs) -> None:
    household = new_id()
    programs.tell(
        need(household), verified(household), HouseholdHeld(household=household, desa=VILLAGE, reason="x")
    )
    assert not short(app)
    programs.tell(HouseholdReleased(household=household, desa=VILLAGE))
    assert short(app)
    programs.tell(VerificationLapsed(household=household, desa=VILLAGE))
    assert not short(app)
    programs.tell(verified(household), HouseholdGraduated(household=household, desa=VILLAGE, people=4))
    assert not short(app)


def test_a_closed_need_is_short_once_it_is_recorded_again(app: Flask, programs: Programs) -> None:
    household = new_id()
    first = need(household)
    closed = NeedClosed(
        household=household, desa=VILLAGE, need=first.need, category="food", reason="delivered", delivered=0
    )
    programs.tell(verified(household), first, closed)
    assert not short(app)
    programs.tell(first)
    assert short(app)


def test_what_is_set_aside_is_no_longer_short(app: Flask, donor: Donor, programs: Programs) -> None:
    household = new_id()
    rice = need(household, 10, item="rice", unit="kg", value_idr=140_000)
    pledge = donor.pledge(resource={"kind": "goods", "item": "rice", "unit": "kg"}, quantity=100)
    step = proposed(pledge["id"], 4, item="rice", unit="kg", need=rice.need, household=household)
    programs.tell(verified(household), rice, step)
    assert short(app, "rice")
    rest = proposed(pledge["id"], 6, item="rice", unit="kg", need=rice.need, household=household)
    programs.tell(rest)
    assert not short(app, "rice")
    programs.tell(cancelled(step))
    assert short(app, "rice")


def test_a_pledge_that_waits_says_why_as_far_as_the_board_knows(
    app: Flask, donor: Donor, officer: Donor, programs: Programs
) -> None:
    def why(**terms: Any) -> str | None:
        pledge = donor.pledge(**terms)["id"]
        with app.app_context():
            found = db.session.get(Pledge, UUID(pledge))
            assert found is not None
            return why_it_waits(found)

    rice = {"kind": "goods", "item": "rice", "unit": "kg"}
    household = new_id()
    programs.tell(verified(household), need(household, 100, item="rice", unit="kg"))
    assert why() == "nothing_short"
    assert why(resource=rice) == "looking"
    programs.tell(need(household, category="health"))
    assert why() == "looking"
    assert why(restrictions={"categories": ["food"]}) == "nothing_short"
    assert why(opens_on=(clock.today() + timedelta(days=1)).isoformat()) == "not_yet"

"""What is short and where, as far as programs told of it."""

from typing import Any
from uuid import UUID

from flask import Flask

from services.donations.board.queries import Shortage, find_shortages
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


def shortages(app: Flask, **filters: str) -> list[Shortage]:
    with app.app_context():
        return find_shortages(**filters)


def test_only_verified_households_are_short(app: Flask, programs: Programs) -> None:
    household = new_id()
    programs.tell(need(household))
    assert shortages(app) == []
    programs.tell(verified(household))
    assert shortages(app) == [Shortage("35.17.01", "food", "IDR", None, 500_000, 500_000, None)]


def test_a_hold_a_lapse_or_a_graduation_takes_a_household_off_the_board(
    app: Flask, programs: Programs
) -> None:
    household = new_id()
    programs.tell(
        need(household), verified(household), HouseholdHeld(household=household, desa=VILLAGE, reason="x")
    )
    assert shortages(app) == []
    programs.tell(HouseholdReleased(household=household, desa=VILLAGE))
    assert len(shortages(app)) == 1
    programs.tell(VerificationLapsed(household=household, desa=VILLAGE))
    assert shortages(app) == []
    programs.tell(verified(household), HouseholdGraduated(household=household, desa=VILLAGE, people=4))
    assert shortages(app) == []


def test_a_closed_need_is_off_the_board_until_it_is_recorded_again(app: Flask, programs: Programs) -> None:
    household = new_id()
    first = need(household)
    closed = NeedClosed(
        household=household, desa=VILLAGE, need=first.need, category="food", reason="delivered", delivered=0
    )
    programs.tell(verified(household), first, closed)
    assert shortages(app) == []
    programs.tell(first)
    assert len(shortages(app)) == 1


def test_what_is_set_aside_is_no_longer_short(app: Flask, donor: Donor, programs: Programs) -> None:
    household = new_id()
    rice = need(household, 10, item="rice", unit="kg", value_idr=140_000)
    pledge = donor.pledge(resource={"kind": "goods", "item": "rice", "unit": "kg"}, quantity=100)
    programs.tell(verified(household), rice)
    step = proposed(pledge["id"], 4, item="rice", unit="kg", need=rice.need, household=household)
    programs.tell(step)
    assert shortages(app) == [Shortage("35.17.01", "food", "kg", "rice", 6, 84_000, None)]
    programs.tell(cancelled(step))
    assert shortages(app)[0].quantity == 10


def test_few_households_are_not_told_apart_and_many_are_counted(app: Flask, programs: Programs) -> None:
    households = [new_id() for _ in range(10)]
    programs.tell(*(event for one in households for event in (verified(one), need(one, 100))))
    (found,) = shortages(app)
    assert (found.needs, found.quantity) == (10, 1_000)
    assert shortages(app, area="35.17.02") == []
    assert shortages(app, category="health") == []
    assert len(shortages(app, area="35.17.01", category="food")) == 1

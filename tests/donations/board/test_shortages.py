"""What is short and where, as far as programs told of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask

from services.donations.board.queries import Shortage, find_shortages, why_it_waits
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

REGENCY = "35.17"


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
        return find_shortages(REGENCY, **filters)


def short_in(programs: Programs, subdistrict: str, number: int, **changes: Any) -> None:
    """Let so many households of a sub-district need 100 of something each."""
    village = f"{subdistrict}.2001"
    for _ in range(number):
        household = new_id()
        programs.tell(
            verified(household, village), need(household, desa=village, **{"quantity": 100} | changes)
        )


def test_only_verified_households_are_short(app: Flask, programs: Programs) -> None:
    household = new_id()
    programs.tell(need(household))
    assert shortages(app) == []
    programs.tell(verified(household))
    assert shortages(app) == [Shortage(REGENCY, "food", "IDR", None, None, None, None)]


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
    short_in(programs, "35.17.01", 9, item="rice", unit="kg", value_idr=1_400_000)
    programs.tell(verified(household), rice)
    step = proposed(pledge["id"], 4, item="rice", unit="kg", need=rice.need, household=household)
    programs.tell(step)
    of_all = Shortage(REGENCY, "food", "kg", "rice", 906, 12_684_000, 10)
    assert shortages(app) == [of_all, replace(of_all, area="35.17.01")]
    programs.tell(cancelled(step))
    assert shortages(app)[0].quantity == 910


def test_a_filter_takes_rows_and_changes_none(app: Flask, programs: Programs) -> None:
    short_in(programs, "35.17.01", 12)
    short_in(programs, "35.17.02", 11, category="health")
    everything = shortages(app)
    assert [(row.area, row.category, row.needs) for row in everything] == [
        (REGENCY, "food", 12),
        (REGENCY, "health", 11),
        ("35.17.01", "food", 12),
        ("35.17.02", "health", 11),
    ]
    assert shortages(app, area="35.17.01") == [everything[2]]
    assert shortages(app, area=REGENCY) == everything[:2]
    assert shortages(app, category="health") == [everything[1], everything[3]]
    assert shortages(app, area="35.17.01", category="health") == []


def test_what_most_needs_wait_for_stands_first_and_of_as_many_what_is_worth_more(
    app: Flask, programs: Programs
) -> None:
    short_in(programs, "35.17.02", 10, category="housing_repair", quantity=9_000_000, value_idr=9_000_000)
    short_in(programs, "35.17.01", 12, category="education")
    short_in(programs, "35.17.01", 12, category="food", quantity=70, value_idr=70)
    short_in(programs, "35.17.01", 9, category="health", quantity=50_000_000, value_idr=50_000_000)
    found = [(row.area, row.category) for row in shortages(app)]
    assert found == [
        # 12 needs each, worth 1,200 and 840 rupiah; ten that are worth far more; too few to be counted.
        (REGENCY, "education"),
        (REGENCY, "food"),
        (REGENCY, "housing_repair"),
        (REGENCY, "health"),
        ("35.17.01", "education"),
        ("35.17.01", "food"),
        ("35.17.02", "housing_repair"),
    ]


def test_no_filter_tells_whether_a_sub_district_has_few_needs_or_none(app: Flask, programs: Programs) -> None:
    short_in(programs, "35.17.01", 12)
    short_in(programs, "35.17.02", 15)
    short_in(programs, "35.17.03", 2, quantity=70)
    short_in(programs, "35.17.04", 1, category="health")
    for category in ("food", "health"):
        for few, none in (("35.17.03", "35.17.05"), ("35.17.04", "35.17.05")):
            assert shortages(app, area=few, category=category) == shortages(app, area=none, category=category)


def test_no_subtraction_tells_what_few_households_lack(app: Flask, programs: Programs) -> None:
    short_in(programs, "35.17.01", 12)
    short_in(programs, "35.17.02", 15)
    short_in(programs, "35.17.03", 2)
    whole, *parts = shortages(app)
    assert (whole.needs, whole.quantity) == (29, 2_900)
    # Of the two that are not shown the larger hides the smaller: all that is left over is their sum.
    assert [(row.area, row.needs) for row in parts] == [("35.17.02", 15)]


def test_of_few_needs_the_page_shows_neither_number_nor_amount(app: Flask, programs: Programs) -> None:
    short_in(programs, "35.17.01", 3, quantity=123_457, value_idr=123_457)
    page = app.test_client().get("/board?lang=en").get_data(as_text=True)
    assert "Short, each of fewer than 10 needs:" in page
    for told in ("370.371", "370,371", "370", "Perak</td>"):
        assert told not in page


def test_an_empty_board_tells_nothing_recorded_from_all_covered(app: Flask, programs: Programs) -> None:
    client = app.test_client()
    for path in ("/", "/board", "/board?category=food", "/board?area=35.17.01"):
        assert "Belum ada kebutuhan tercatat" in client.get(path).text, path
    lacks = need(new_id())
    closed = NeedClosed(
        household=lacks.household,
        desa=VILLAGE,
        need=lacks.need,
        category="food",
        reason="delivered",
        delivered=0,
    )
    programs.tell(verified(lacks.household), lacks, closed)
    for path in ("/", "/board", "/board?category=food", "/board?area=35.17.01"):
        assert "Belum ada kebutuhan tercatat" not in client.get(path).text, path
    assert "Pilih kategori lain" in client.get("/board?category=food").text
    assert "Pilih kategori lain" not in client.get("/board").text


def test_a_pledge_that_waits_says_why_as_far_as_the_board_knows(
    app: Flask, donor: Donor, officer: Donor, programs: Programs
) -> None:
    def why(**terms: Any) -> str | None:
        pledge = donor.pledge(**terms)["id"]
        with app.app_context():
            found = db.session.get(Pledge, UUID(pledge))
            assert found is not None
            return why_it_waits(found, REGENCY)

    rice = {"kind": "goods", "item": "rice", "unit": "kg"}
    household = new_id()
    programs.tell(verified(household), need(household, 100, item="rice", unit="kg"))
    assert why() == "nothing_short"
    assert why(resource=rice) == "looking"
    programs.tell(need(household, category="health"))
    assert why() == "looking"
    assert why(restrictions={"categories": ["food"]}) == "nothing_short"
    assert why(opens_on=(clock.today() + timedelta(days=1)).isoformat()) == "not_yet"

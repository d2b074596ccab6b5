"""Why something ended, as donors are told: nothing of what became of a household."""

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from services.donations.database import db
from services.donations.timeline.domain import WHYS, told_why
from services.donations.timeline.models import TimelineEntry
from services.donations.timeline.pages import WHY, moments
from tests.donations.conftest import Donor, Programs
from tests.donations.facts import held, proposed


def test_there_are_words_for_all_that_is_told() -> None:
    assert set(WHY) == WHYS


@pytest.mark.parametrize(
    "code",
    ["household_rejected", "household_held", "household_graduated", "household_limit", "person"],
)
def test_what_became_of_a_household_is_not_told(code: str) -> None:
    assert told_why(code) == "need_changed"
    assert TimelineEntry(data={"why": code, "quantity": 7}).told == {"why": "need_changed", "quantity": 7}


def test_what_is_not_the_household_s_own_is_told() -> None:
    assert told_why("displaced") == "displaced"
    assert told_why(None) is None
    assert TimelineEntry(data={"quantity": 7}).told == {"quantity": 7}


def test_why_an_officer_holds_it_is_the_officers_own() -> None:
    entry = TimelineEntry(code="allocation_held", data={"why": "person", "quantity": 7})
    assert entry.told == {"quantity": 7}


def test_a_page_tells_no_reason_of_a_hold_and_no_other_instead_of_it(app: Flask) -> None:
    entry = TimelineEntry(code="allocation_held", data={"why": "person", "quantity": 7, "unit": "kg"})
    with app.test_request_context(), force_locale("en"):
        (moment,) = moments([entry])
        assert moment["text"] == "7 kg"


def test_why_an_officer_holds_it_is_not_kept(app: Flask, donor: Donor, programs: Programs) -> None:
    step = proposed(donor.pledge()["id"])
    programs.tell(step, held(step))
    noted = select(TimelineEntry.data).where(TimelineEntry.code == "allocation_held")
    with app.app_context():
        assert "why" not in db.session.scalars(noted).one()

"""What is short of what a donor gives, as the board says it to everyone."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from services.donations.board.queries import find_board, why_it_waits
from services.donations.pledges.queries import get_pledge
from shared import clock
from tests.donations.conftest import Donor, Programs
from tests.donations.facts import proposed
from tests.told_gaps import counted, lacking

RICE: dict[str, Any] = {"category": "food", "item": "rice", "unit": "kg", "price_idr": 14_000}


def short(app: Flask, item: str | None = None, *categories: str) -> bool:
    with app.app_context():
        return find_board().is_short(item, categories)


def why(app: Flask, donor: Donor, **terms: Any) -> str | None:
    pledge = UUID(donor.pledge(**terms)["id"])
    with app.app_context():
        return why_it_waits(get_pledge(pledge))


def test_short_is_what_the_board_names_of_its_kind(app: Flask, programs: Programs) -> None:
    assert not short(app)
    cash = counted(category="food")
    programs.tell(cash)
    assert short(app)
    assert short(app, None, "health", "food")
    assert not short(app, None, "health")
    assert not short(app, "rice")
    programs.tell(counted(**RICE))
    assert short(app, "rice")
    assert short(app, "rice", "food")
    assert not short(app, "rice", "health")
    programs.tell(counted(gap=cash.gap, parts=[]), offset=1)
    assert not short(app)
    assert short(app, "rice")


@pytest.mark.parametrize(
    "part",
    [lacking(needs=None), lacking(unreached=0), lacking(unreached=None)],
    ids=["of few needs", "all reached", "reached by a hidden part"],
)
def test_what_stands_on_the_board_is_short_whatever_its_numbers_say(
    app: Flask, programs: Programs, part: Any
) -> None:
    programs.tell(counted(part))
    assert short(app)
    assert short(app, None, "food")


def test_a_pledge_that_waits_says_why_as_far_as_the_board_tells(
    app: Flask, donor: Donor, programs: Programs
) -> None:
    rice = {"kind": "goods", "item": "rice", "unit": "kg"}
    programs.tell(counted(**RICE))
    assert why(app, donor) == "nothing_short"
    assert why(app, donor, resource=rice) == "looking"
    programs.tell(counted(category="health"))
    assert why(app, donor) == "looking"
    assert why(app, donor, restrictions={"categories": ["food"]}) == "nothing_short"
    assert why(app, donor, restrictions={"categories": ["food", "health"]}) == "looking"
    assert why(app, donor, opens_on=(clock.today() + timedelta(days=1)).isoformat()) == "not_yet"


def test_a_board_that_was_never_told_gives_no_reason(app: Flask, donor: Donor, programs: Programs) -> None:
    assert why(app, donor) is None
    programs.tell(counted(parts=[]))
    assert why(app, donor) == "nothing_short"


def test_a_pledge_is_told_what_the_board_tells_whatever_else_happens(
    app: Flask, donor: Donor, programs: Programs
) -> None:
    food = counted()
    programs.tell(food)
    pledge = donor.pledge(quantity=500_000)["id"]
    # What is set aside is counted where the board is counted, and nowhere else.
    programs.tell(proposed(pledge, 400_000))
    assert why(app, donor) == "looking"
    programs.tell(counted(gap=food.gap, parts=[]), offset=1)
    assert why(app, donor) == "nothing_short"
    with app.app_context():
        assert why_it_waits(get_pledge(UUID(pledge))) == "nothing_short"
    programs.tell(proposed(pledge, 100_000))
    with app.app_context():
        assert why_it_waits(get_pledge(UUID(pledge))) is None

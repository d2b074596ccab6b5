"""A decision that was put aside and handed back undoes nothing that was decided after it."""

from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any

import msgspec
import pytest
from flask import Flask
from msgspec.structs import replace
from sqlalchemy import text

from services.reporting.database import db
from services.reporting.facts.domain import (
    Household,
    Need,
    close_need,
    decide_household,
    describe_household,
    record_need,
)
from shared.events import programs
from shared.events.envelope import Received
from shared.ids import new_id
from tests.reporting.conftest import fold
from tests.reporting.projections.test_folding import contents
from tests.reporting.story import Story, season

# The trend tells when a figure changed, and so when the letter was handed back; all else must agree.
FACTS = ("household", "need", "pledge", "area_figures", "funding", "waited", "waiting")

NOBODY = new_id()


def on_the_bus(events: Sequence[Received]) -> list[Received]:
    """Return the events with the offsets that they have on their topics."""
    return [replace(event, offset=offset) for offset, event in enumerate(events)]


def late(events: Sequence[Received], *places: int) -> list[Received]:
    """Return the events with those at the places handed back after all others."""
    aside = [events[place] for place in places]
    return [event for event in events if event not in aside] + aside


@pytest.mark.parametrize(
    ("first", "second", "counted"),
    [
        ("verified", "rejected", {"verified": 0, "removed": 1, "households": 0}),
        ("rejected", "verified", {"verified": 1, "removed": 0, "households": 1}),
        ("lapsed", "verified", {"verified": 1, "removed": 0, "households": 1}),
    ],
)
def test_a_status_told_earlier_does_not_undo_a_later_one(
    reporting: Flask, first: str, second: str, counted: dict[str, int]
) -> None:
    story = Story()
    household = story.register()
    for decision in (first, second):
        if decision == "verified":
            story.verify(household)
        else:
            story.decide(decision, household)
    fold(reporting, late(on_the_bus(story.events), 1), batch=1)
    with reporting.app_context():
        found = dict(db.session.execute(text("SELECT * FROM area_figures")).mappings().one())
    assert {name: found[name] for name in counted} == counted


def _facts(events: Sequence[Received]) -> tuple[Household, Need]:
    household, need = Household(new_id()), Need(new_id())
    for event in events:
        match event.data:
            case programs.NeedRecorded():
                need = record_need(need, event.data, event.offset)
            case programs.NeedClosed():
                need = close_need(need, event.offset)
            case programs.HouseholdRegistered() | programs.HouseholdChanged():
                household = describe_household(household, event.data)
            case _:
                decision: Any = event.data
                household = decide_household(household, decision, event.time.date(), event.offset)
    return replace(household, id=NOBODY), replace(need, id=NOBODY)


def test_in_whatever_order_they_are_handed_back_the_facts_are_the_same() -> None:
    story = Story()
    household = story.register()
    need = story.need(household)
    story.verify(household)
    story.decide("rejected", household)
    story.close(household, need)
    story.decide("held", household)
    events = on_the_bus(story.events)
    assert len({_facts(order) for order in permutations(events)}) == 1
    found, lacking = _facts(events[::-1])
    assert (found.status, found.held, found.people, lacking.closed, lacking.quantity) == (
        "rejected", True, 3, True, 100,
    )  # fmt: skip


def test_a_need_that_was_recorded_anew_is_open_whenever_its_closing_is_handed_back() -> None:
    story = Story()
    household = story.register()
    need = story.need(household, quantity=100)
    story.close(household, need)
    again = story.events[1].data
    assert isinstance(again, programs.NeedRecorded)
    story.tell(msgspec.structs.replace(again, quantity=70))
    events = on_the_bus(story.events)
    for order in permutations(events):
        lacking = _facts(order)[1]
        assert (lacking.closed, lacking.quantity) == (False, 70)


def test_a_whole_season_is_the_same_with_many_letters_handed_back(make_app: Callable[..., Flask]) -> None:
    events = on_the_bus(season(seed=21))
    straight, redriven = make_app("reporting"), make_app("reporting")
    fold(straight, events)
    fold(redriven, late(events, *range(0, len(events), 7)))
    wanted, got = contents(straight), contents(redriven)
    assert {table: got[table] for table in FACTS} == {table: wanted[table] for table in FACTS}

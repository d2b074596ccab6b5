"""However the bus cuts and mixes the events, the tables come out the same."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import select, text

from services.reporting.database import db
from shared.events import programs
from shared.http.idempotency import purge
from shared.ids import new_id
from tests.reporting.conftest import fold
from tests.reporting.story import VILLAGE, Story, season, shuffled

TABLES = ("household", "need", "pledge", "area_figures", "funding", "waited", "waiting", "change", "gap")
KEYS = {"area", "days", "since", "fund", "strategy", "stakeholder_kind", "category", "grain", "start"}
EXCHANGE = {"outbox", "inbox", "consumer_offset", "worker_state", "idempotency"}


def contents(app: Flask) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table; a row of zeros says no more than no row."""
    with app.app_context():
        return {table: sorted(_rows(table), key=repr) for table in TABLES}


def _rows(table: str) -> Iterable[tuple[Any, ...]]:
    for row in db.session.execute(select(db.metadata.tables[table])).mappings():
        if "id" in row or any(value for name, value in row.items() if name not in KEYS):
            yield tuple(row.values())


def figures(app: Flask, area: str = VILLAGE) -> dict[str, int]:
    """Return the sums of an area."""
    with app.app_context():
        row = db.session.execute(text("SELECT * FROM area_figures WHERE area = :area"), {"area": area})
        return dict(row.mappings().one_or_none() or {})


def paid_by_category(app: Flask) -> dict[str, int]:
    """Return what is contributed, by category."""
    with app.app_context():
        paid = text("SELECT category, contributed_idr FROM funding WHERE contributed_idr <> 0")
        return {category: int(value) for category, value in db.session.execute(paid)}


def test_the_migration_makes_what_the_models_say(reporting: Flask) -> None:
    with reporting.app_context(), db.engine.connect() as connection:
        options = {
            "include_name": lambda name, kind, _: (
                kind != "table" or name not in EXCHANGE | {"alembic_version"}
            )
        }
        context = MigrationContext.configure(connection, opts={**options, "compare_type": True})
        assert compare_metadata(context, db.metadata) == []
        assert purge(db.session()) is False


def test_a_household_is_counted_through_every_stage(reporting: Flask) -> None:
    story = Story()
    household = story.register(people=4)
    story.verify(household)
    steps = story.reserve(household, story.need(household))
    story.contribute(steps, 100)
    story.deliver(steps, 100)
    fold(reporting, story.events)
    found = figures(reporting)
    assert [found[name] for name in ("households", "people", "verified", "matched", "delivered")] == [
        1,
        4,
        1,
        1,
        1,
    ]
    assert (found["needs_open"], found["needs_covered"], found["needs_delivered"]) == (0, 0, 1)
    assert (found["reserved_idr"], found["contributed_idr"], found["delivered_idr"]) == (0, 100, 100)


def test_a_failed_delivery_gives_everything_back(reporting: Flask) -> None:
    story = Story()
    household = story.register()
    story.verify(household)
    steps = story.reserve(household, story.need(household))
    story.contribute(steps, 60)
    story.release(steps, 100, contributed=60)
    fold(reporting, story.events)
    found = figures(reporting)
    assert (found["matched"], found["needs_open"], found["needs_covered"]) == (0, 1, 0)
    assert (found["reserved_idr"], found["contributed_idr"], found["delivered_idr"]) == (0, 0, 0)


def test_what_was_paid_and_released_stays_the_regencys_until_it_is_a_households_again(
    reporting: Flask,
) -> None:
    story = Story()
    household = story.register()
    pledge = new_id()
    steps = story.reserve(household, story.need(household), pledge=pledge)
    story.contribute(steps, 60)
    story.release(steps, 100, contributed=60)
    fold(reporting, story.events)
    assert (figures(reporting)["contributed_idr"], figures(reporting, "")["contributed_idr"]) == (0, 60)
    assert paid_by_category(reporting) == {"any": 60}
    told = len(story.events)
    story.contribute(story.reserve(household, story.need(household), pledge=pledge), 60, carried_over=True)
    fold(reporting, story.events[told:])
    assert (figures(reporting)["contributed_idr"], figures(reporting, "")["contributed_idr"]) == (60, 0)
    assert paid_by_category(reporting) == {"food": 60}
    with reporting.app_context():
        followed = text("SELECT sum(contributed_idr) FROM change WHERE grain = 'day'")
        assert db.session.scalar(followed) == 60


def test_a_household_that_moved_is_counted_where_it_lives_now(reporting: Flask) -> None:
    story = Story()
    household = story.register(VILLAGE, 3)
    story.register("35.17.02.2001", 5, household, version=2)
    fold(reporting, story.events, batch=1)
    assert figures(reporting, VILLAGE)["people"] == 0
    assert figures(reporting, "35.17.02.2001")["people"] == 5


@pytest.mark.parametrize("batch", [1, 500])
@pytest.mark.parametrize("seed", range(4))
def test_a_household_that_moves_takes_its_needs_and_rupiah_along(
    reporting: Flask, batch: int, seed: int
) -> None:
    elsewhere, story = "35.17.02.2001", Story()
    household = story.register(VILLAGE, 3)
    story.verify(household)
    need, other = story.need(household, quantity=100), story.need(household, quantity=50)
    steps, lost = story.reserve(household, need, 100), story.reserve(household, other, 50)
    story.contribute(steps, 100)
    story.deliver(steps, 30)
    story.register(elsewhere, 3, household, version=2)
    # Programs names the new village from now on, donations still the old one.
    story.deliver(steps | {"desa": elsewhere}, 70)
    story.release(lost, 50)
    fold(reporting, shuffled(story.events, seed), batch)
    left, found = figures(reporting), figures(reporting, elsewhere)
    assert [name for name, figure in left.items() if figure and name != "area"] == []
    assert (found["needs_open"], found["needs_covered"], found["needs_delivered"]) == (1, 0, 1)
    assert (found["reserved_idr"], found["contributed_idr"], found["delivered_idr"]) == (0, 100, 100)


def test_a_household_that_graduated_is_off_the_list(reporting: Flask) -> None:
    story = Story()
    household = story.register()
    story.verify(household)
    story.decide("graduated", household)
    fold(reporting, story.events)
    found = figures(reporting)
    assert (found["households"], found["people"], found["verified"], found["graduated"]) == (0, 0, 0, 1)


def test_who_graduated_and_who_was_removed_are_told_apart(reporting: Flask) -> None:
    story = Story()
    for people, decision in ((3, "graduated"), (4, "rejected"), (5, "lapsed")):
        story.decide(decision, story.register(people=people))
    fold(reporting, story.events)
    found = figures(reporting)
    names = ("people", "graduated", "graduated_people", "removed", "removed_people")
    assert [found[name] for name in names] == [5, 1, 3, 1, 4]


def test_who_was_removed_and_is_verified_after_all_is_on_the_list_again(reporting: Flask) -> None:
    story = Story()
    household = story.register(people=4)
    story.decide("rejected", household)
    story.verify(household)
    fold(reporting, story.events, batch=1)
    assert (figures(reporting)["people"], figures(reporting)["removed_people"]) == (4, 0)


@pytest.mark.parametrize("batch", [1, 500])
def test_a_need_is_open_only_while_a_pledge_may_reach_its_household(reporting: Flask, batch: int) -> None:
    story = Story()
    household = story.register()
    story.need(household)

    def is_open() -> int:
        fold(reporting, story.events, batch)
        story.events.clear()
        return figures(reporting)["needs_open"]

    assert is_open() == 0
    story.verify(household)
    assert is_open() == 1
    for decision, wanted in (("held", 0), ("released", 1), ("lapsed", 0)):
        story.decide(decision, household)
        assert is_open() == wanted


@pytest.mark.parametrize("batch", [1, 500])
@pytest.mark.parametrize("seed", range(3))
def test_a_household_is_reached_at_its_first_delivery_whichever_is_heard_of_first(
    reporting: Flask, batch: int, seed: int
) -> None:
    story = Story()
    household = story.register()
    several = [story.reserve(household, story.need(household)) for _ in range(3)]
    for steps in several:
        story.deliver(steps, 100)
        story.at += timedelta(days=1)
    first = next(event.time for event in story.events if isinstance(event.data, programs.DeliveryConfirmed))
    fold(reporting, shuffled(story.events, seed), batch)
    with reporting.app_context():
        reached = text("SELECT start FROM change WHERE grain = 'minute' AND reached <> 0")
        assert db.session.scalars(reached).all() == [first]


def test_an_older_version_changes_nothing(reporting: Flask) -> None:
    story = Story()
    household = story.register(people=5, version=1)
    story.register(VILLAGE, 2, household, version=3)
    story.register(VILLAGE, 9, household, version=2)
    fold(reporting, story.events)
    assert figures(reporting)["people"] == 2


@pytest.mark.parametrize("batch", [1, 7, 500])
def test_neither_the_batches_nor_the_order_across_topics_matter(
    make_app: Callable[..., Flask], batch: int
) -> None:
    events = season(seed=3)
    straight, mixed = make_app("reporting"), make_app("reporting")
    fold(straight, events)
    fold(mixed, shuffled(events, seed=batch), batch)
    assert contents(mixed) == contents(straight)

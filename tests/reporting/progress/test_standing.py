"""What may be shown is worked out once, and only as far down as it is asked for."""

from collections.abc import Callable

import pytest
from flask import Flask

from services.reporting.database import db
from services.reporting.progress.queries import SUBDISTRICTS, find_standing
from tests.reporting.story import Story, season

REGENCY = "35.17"

Fold = Callable[..., None]


@pytest.mark.parametrize("seed", range(3))
def test_sub_districts_are_the_same_whether_or_not_their_villages_are_asked_for(
    reporting: Flask, fold: Fold, seed: int
) -> None:
    fold(reporting, season(seed, households=90))
    with reporting.app_context():
        few = find_standing(db.session, REGENCY, SUBDISTRICTS).shown
        everything = find_standing(db.session, REGENCY).shown
    assert len(few) == 1 + 21
    assert few == {code: everything[code] for code in few}
    assert any(None in figures.values() for figures in few.values())


def test_a_standing_is_kept_until_something_changes(reporting: Flask, fold: Fold) -> None:
    story = Story()
    story.register()
    fold(reporting, story.events)
    with reporting.app_context():
        kept = find_standing(db.session, REGENCY)
        assert find_standing(db.session, REGENCY) is kept
    story = Story()
    for _ in range(20):
        story.register()
    fold(reporting, story.events)
    with reporting.app_context():
        assert find_standing(db.session, REGENCY).shown[REGENCY]["households"] == 21

"""Birthdays."""

from datetime import timedelta

from sqlalchemy import text

from services.programs.database import db
from shared import clock
from tests.programs.people import Office, member


def _figures(office: Office, identity: str) -> tuple[int, list[str]]:
    found = office.get(f"/v1/households/{identity}", office.verifier).get_json()
    return found["ages"]["under_5"], found["attributes"]


def test_a_child_that_turns_five_is_told_once(office: Office) -> None:
    born_on = (clock.today() - timedelta(days=5 * 365 - 20)).isoformat()
    identity = office.register(members=[member(), member(relation="child", born_on=born_on)])
    office.work("birthdays")
    assert _figures(office, identity) == (1, ["child_under_5", "female_head"])
    with clock.shifted(timedelta(days=40)):
        assert office.work_off("birthdays") == 1
        office.work("birthdays")
    assert _figures(office, identity) == (0, ["female_head"])
    with office.app.app_context():
        kinds = db.session.execute(text("SELECT type FROM outbox WHERE type LIKE '%changed%'")).all()
    assert len(kinds) == 1


def test_a_birthday_that_changes_nothing_is_not_told(office: Office) -> None:
    office.register()
    with clock.shifted(timedelta(days=366)):
        office.work("birthdays")
    with office.app.app_context():
        assert db.session.execute(text("SELECT max(version) FROM household")).scalar_one() == 1

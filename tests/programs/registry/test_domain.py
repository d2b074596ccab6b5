"""What follows from who lives in a household."""

from datetime import date

from services.programs.registry.domain import Life, age_bands, age_on, figures, household_attributes

DAY = date(2026, 11, 21)


def life(born_on: str, **changed: object) -> Life:
    values = {"sex": "male", "relation": "child", "attributes": ()} | changed
    return Life(date.fromisoformat(born_on), **values)  # type: ignore[arg-type]


def test_a_birthday_is_reached_on_its_day() -> None:
    assert age_on(DAY, date(2021, 11, 22)) == 4
    assert age_on(DAY, date(2021, 11, 21)) == 5
    assert age_on(date(2025, 2, 28), date(2020, 2, 29)) == 4


def test_members_are_counted_by_age() -> None:
    lives = [
        life("2024-01-01"),
        life("2021-11-21"),
        life("2008-11-22"),
        life("2008-11-21"),
        life("1966-11-21"),
    ]
    assert age_bands(lives, DAY) == {"under_5": 1, "from_5_to_17": 2, "from_18_to_59": 1, "from_60": 1}


def test_what_follows_from_birth_dates_is_derived_and_not_believed() -> None:
    head = life("1990-01-01", relation="head", sex="female", attributes=("elderly", "pregnant"))
    assert household_attributes([head], DAY) == ["pregnant", "female_head"]
    assert household_attributes([life("1950-01-01"), life("2023-01-01"), life("2010-01-01")], DAY) == [
        "elderly",
        "child_under_5",
        "school_age",
    ]


def test_who_is_without_work_earns_nothing() -> None:
    lives = [
        life("1990-01-01", relation="head"),
        life("1992-01-01", attributes=("unemployed",)),
        life("2015-01-01"),
    ]
    found = figures(lives, housing={}, decile=1, day=DAY)
    assert found.people == 3
    assert found.score.parts["dependants"] == 100

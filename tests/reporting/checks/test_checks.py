"""The command that counts the figures anew."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import text

from services.reporting import cli
from services.reporting.database import db
from tests.reporting.story import season


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE area_figures SET people = people + 7", "the area's figures are not those of its households"),
        ("UPDATE area_figures SET contributed_idr = 1", "what is paid in the area is not"),
        ("UPDATE pledge SET value_idr = value_idr + 1", "what is pledged for the area is not"),
        ("UPDATE funding SET fund = 'apbd'", "what is pledged in the cell of funding is not"),
        ("UPDATE funding SET reserved_idr = reserved_idr + 1", "the funds add up to other than the areas"),
        ("UPDATE need SET quantity = 0", "the needs of households add up to other than the needs"),
        ("UPDATE waited SET days = days + 1000", "the area's days waited are not"),
        ("UPDATE waiting SET households = households + 1", "those who wait in the area are not"),
        ("UPDATE change SET people = people + 1", "the days of the trend do not add up"),
        (
            "UPDATE household SET reached_at = reached_at - interval '9 days'",
            "the households reached in the day",
        ),
        (
            "INSERT INTO change (grain, start, people) VALUES ('minute', now(), 1), ('minute', '2020-01-01', -1)",
            "the minutes of the day do not add up",
        ),
    ],
)
def test_says_that_all_is_well_or_names_what_is_not(
    reporting: Flask, fold: Callable[..., None], change: str, said: str
) -> None:
    def check() -> Result:
        return CliRunner().invoke(cli.check_figures, obj=reporting.config["HELIX"])

    fold(reporting, season(seed=3))
    assert check().output == "The figures are as they should be.\n"
    with reporting.app_context(), db.engine.begin() as connection:
        connection.execute(text(change))
    told = check()
    assert told.exit_code == 1
    assert said in told.output

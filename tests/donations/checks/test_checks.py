"""The command that counts the balances anew."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import text

from services.donations import cli
from services.donations.database import db
from tests.donations.conftest import Donor, Programs
from tests.donations.facts import delivered, failed, payment, proposed

Check = Callable[[], tuple[int, str]]


@pytest.fixture
def check(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Return a function that runs the command; it gives the exit code and what was said."""
    monkeypatch.setattr(cli, "create_app", lambda _settings: app)

    def run() -> tuple[int, str]:
        result = CliRunner().invoke(cli.check_balances, obj=app.config["HELIX"])
        return result.exit_code, result.output

    return run


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "UPDATE pledge SET reserved = reserved + 1",
            "the pledge has reserved other than its allocations keep",
        ),
        (
            "UPDATE pledge SET delivered = delivered + 1",
            "the pledge has delivered other than its allocations",
        ),
        ("UPDATE contribution SET quantity = 90", "the pledge is paid other than its donor paid"),
        ("UPDATE pledge SET in_hand = 1 WHERE contributed > 0", "neither with its allocations nor in hand"),
        ("UPDATE contribution SET released = 1", "paid other than its contributions"),
        ("DELETE FROM receipt", "delivered other than its receipts say"),
        ("UPDATE allocation SET standing = 'awaiting_approval'", "paid although it awaits approval"),
        ("UPDATE pledge SET ended = 'withdrawn'", "has ended and keeps what nobody paid"),
        ("UPDATE pledge SET zakat = true, fund = 'zis'", "is zakat and goes to whom it is not for"),
        ("UPDATE pledge SET cap_per_household = 99", "keeps more of the pledge than its cap"),
    ],
)
def test_says_that_all_is_well_or_names_what_is_not(
    app: Flask, donor: Donor, programs: Programs, check: Check, change: str, said: str
) -> None:
    whole, part = (proposed(donor.pledge(quantity=1000)["id"], 100, decile=2) for _ in range(2))
    programs.tell(whole, part)
    assert donor.post("/v1/contributions", payment(whole)).status_code == 201
    programs.tell(delivered(whole, 60))
    assert check() == (0, "The balances are as they should be.\n")
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text(change))
    code, told = check()
    assert code == 1
    assert said in told


@pytest.mark.parametrize("heard_before", [0, 30])
def test_names_what_ended_until_all_that_was_delivered_of_it_is_heard(
    donor: Donor, programs: Programs, check: Check, heard_before: int
) -> None:
    step, other = (proposed(donor.pledge(quantity=1000)["id"], 100) for _ in range(2))
    programs.tell(step, other)
    for one in (step, other):
        assert donor.post("/v1/contributions", payment(one)).status_code == 201
    if heard_before:
        programs.tell(delivered(step, heard_before))
    programs.tell(failed(step, 40, after=60), failed(other, 100))
    said = f"{step.allocation}: the allocation is over, and what was delivered of it by then was not heard."
    assert check() == (1, f"Error: {said}\n")
    programs.tell(delivered(step, 60 - heard_before))
    assert check() == (0, "The balances are as they should be.\n")


def test_names_it_too_where_all_was_delivered(donor: Donor, programs: Programs, check: Check) -> None:
    step = proposed(donor.pledge(quantity=1000)["id"], 100)
    programs.tell(step)
    assert donor.post("/v1/contributions", payment(step)).status_code == 201
    programs.tell(failed(step, 40, after=100))
    assert check()[0] == 1
    programs.tell(delivered(step, 100))
    assert check()[0] == 0

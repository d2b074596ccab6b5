"""The command that counts the balances anew."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import text

from services.donations import cli
from services.donations.database import db
from tests.donations.conftest import Donor, Programs
from tests.donations.facts import delivered, payment, proposed

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

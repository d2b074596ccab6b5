"""Where somebody has signed in is known to every process, and outlives them: guessing keeps nobody out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from services.programs.accounts.models import ACCOUNTS
from services.programs.database import db
from shared import clock
from shared.auth.accounts import Grant

RIGHT = {"username": "sari", "password": "a password for this test"}
OFFICE = {"REMOTE_ADDR": "198.51.100.7"}


@pytest.fixture
def process(
    make_app: Callable[..., Flask], database_of: Callable[[str], str], quick_hashes: None
) -> Callable[[], Flask]:
    """Return a function that makes one more process of programs on the same database."""
    url = database_of("programs")
    with make_app("programs", HELIX_PROGRAMS_DATABASE_URL=url).app_context():
        ACCOUNTS.add(db.session(), RIGHT["username"], RIGHT["password"], Grant(("verifier",)))
    return lambda: make_app("programs", HELIX_PROGRAMS_DATABASE_URL=url)


def ask(app: Flask, place: dict[str, Any], **changed: str) -> int:
    """Ask for a token from somewhere; return how it was answered."""
    answer = app.test_client().post("/v1/tokens", json=RIGHT | changed, environ_overrides=place)
    return answer.status_code


def guess(app: Flask) -> None:
    """Guess from elsewhere until nobody from elsewhere is listened to any more."""
    told = [ask(app, {"REMOTE_ADDR": f"203.0.113.{one}"}, password="wrong") for one in range(11)]
    assert told == [401] * 10 + [429]


def test_an_address_that_was_signed_in_from_is_known_to_the_other_process(
    process: Callable[[], Flask],
) -> None:
    one, other = process(), process()
    assert ask(one, OFFICE) == 200
    guess(other)
    assert ask(other, OFFICE) == 200
    assert ask(other, {"REMOTE_ADDR": "198.51.100.8"}) == 429


def test_it_is_forgotten_after_90_days(process: Callable[[], Flask]) -> None:
    one, other = process(), process()
    with clock.shifted(-timedelta(days=91)):
        assert ask(one, OFFICE) == 200
    guess(other)
    assert ask(other, OFFICE) == 429


def test_what_is_kept_of_it_names_neither_the_person_nor_the_address(process: Callable[[], Flask]) -> None:
    app = process()
    assert ask(app, OFFICE) == 200
    assert ask(app, OFFICE) == 200
    with app.app_context():
        (row,) = db.session.execute(text("SELECT row_to_json(known_place)::text FROM known_place")).scalars()
    assert "sari" not in row
    assert "198" not in row.split('"address"')[0]
    assert OFFICE["REMOTE_ADDR"] not in row

"""A password is no easier to guess from many addresses, and guessing keeps nobody out who was in before."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any
from unittest.mock import patch

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.auth import accounts
from shared.auth.guesses import _digest
from tests.shared.auth.test_access import form_token

RIGHT = "correct horse battery"
MOST = 10
_addresses = count(1)
Way = Callable[..., TestResponse]


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Check passwords at little cost: what is counted is the attempts."""
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    accounts._nobody.cache_clear()
    yield
    accounts._nobody.cache_clear()


@pytest.fixture
def app(probe: Callable[..., Flask]) -> Flask:
    return probe()


def stranger() -> dict[str, Any]:
    """Return an address that nobody had before."""
    return {"REMOTE_ADDR": f"198.51.100.{next(_addresses)}"}


def by_page(client: FlaskClient, password: str, who: str = "dana", where: Any = None) -> TestResponse:
    form = {"username": who, "password": password, "csrf_token": form_token(client)}
    return client.post("/sign-in", data=form, environ_overrides=where or stranger())


def by_token(client: FlaskClient, password: str, who: str = "dana", where: Any = None) -> TestResponse:
    body = {"username": who, "password": password}
    return client.post("/v1/tokens", json=body, environ_overrides=where or stranger())


def guess(app: Flask, way: Way, who: str = "dana", times: int = MOST) -> list[int]:
    """Guess from another browser and another address each time."""
    return [way(app.test_client(), "wrong", who).status_code for _ in range(times)]


@contextmanager
def later(seconds: float) -> Iterator[None]:
    now = time.time
    with patch("time.time", lambda: now() + seconds):
        yield


@pytest.mark.parametrize("who", ["dana", "nobody"])
@pytest.mark.parametrize("way", [by_page, by_token])
def test_guesses_from_many_addresses_are_counted_against_the_account(app: Flask, way: Way, who: str) -> None:
    assert guess(app, way, who, MOST + 2) == [401] * MOST + [429] * 2
    refused = way(app.test_client(), RIGHT, who)
    assert refused.status_code == 429
    assert 60 < int(refused.headers["Retry-After"]) <= 15 * 60


def test_after_the_limit_no_password_is_looked_at(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    guess(app, by_token)
    monkeypatch.setattr(accounts.Accounts, "check", lambda *_: pytest.fail("a guess was checked"))
    assert guess(app, by_token, times=1) == [429]
    assert guess(app, by_page, times=1) == [429]


def test_guessing_ends_by_itself(app: Flask) -> None:
    guess(app, by_token)
    with later(15 * 60 + 1):
        assert by_token(app.test_client(), RIGHT).status_code == 200


def test_guesses_at_one_account_are_nothing_to_another(app: Flask) -> None:
    guess(app, by_token, "nobody")
    assert by_token(app.test_client(), RIGHT).status_code == 200


def test_right_passwords_are_not_counted(app: Flask) -> None:
    assert {by_token(app.test_client(), RIGHT).status_code for _ in range(MOST + 2)} == {200}


def test_a_browser_that_was_signed_in_before_signs_in_again_whatever_others_guess(app: Flask) -> None:
    client = app.test_client()
    answer = by_page(client, RIGHT)
    known = next(one for one in answer.headers.getlist("Set-Cookie") if "_known_" in one)
    assert "HttpOnly" in known
    assert "Path=/sign-in;" in known
    assert "dana" not in known
    guess(app, by_page)
    assert by_page(client, RIGHT).status_code == 303
    assert by_page(app.test_client(), RIGHT).status_code == 429


def test_an_address_that_was_signed_in_from_asks_for_tokens_again_whatever_others_guess(app: Flask) -> None:
    office = stranger()
    by_token(app.test_client(), RIGHT, where=office)
    guess(app, by_token)
    assert by_token(app.test_client(), RIGHT, where=office).status_code == 200
    assert by_token(app.test_client(), RIGHT).status_code == 429


def test_a_browser_that_was_signed_in_before_does_not_guess_without_limit(app: Flask) -> None:
    client = app.test_client()
    by_page(client, RIGHT)
    answers = [by_page(client, "wrong").status_code for _ in range(MOST + 1)]
    assert answers == [401] * MOST + [429]
    assert by_page(app.test_client(), RIGHT).status_code == 303


def test_the_cookie_of_a_known_browser_is_nothing_to_another_account(app: Flask) -> None:
    client = app.test_client()
    by_page(client, RIGHT)
    guess(app, by_page, "nobody")
    name = f"helix_donations_known_{_digest('dana')[:16]}"
    cookie = client.get_cookie(name, path="/sign-in")
    assert cookie is not None
    forged = app.test_client()
    forged.set_cookie(name[:-16] + _digest("nobody")[:16], cookie.value, path="/sign-in")
    assert by_page(forged, "wrong", "nobody").status_code == 429

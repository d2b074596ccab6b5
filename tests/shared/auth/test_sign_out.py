"""What was signed in ends: by signing out, and when the account is changed or closed."""

from collections.abc import Callable
from datetime import timedelta

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from shared import clock
from shared.auth import tokens as tokens_module
from shared.auth.tokens import Tokens
from tests.shared.auth.test_access import form_token, sign_in

Bearer = Callable[..., dict[str, str]]


@pytest.fixture
def app(probe: Callable[..., Flask]) -> Flask:
    return probe()


def copy_of(client: FlaskClient) -> FlaskClient:
    """Return another browser with a copy of the cookie."""
    cookie = client.get_cookie("helix_donations")
    assert cookie is not None
    thief: FlaskClient = client.application.test_client()
    thief.set_cookie("helix_donations", cookie.value)
    return thief


def sign_out(client: FlaskClient) -> None:
    assert client.post("/sign-in/out", data={"csrf_token": form_token(client)}).status_code == 303


def token(client: FlaskClient) -> dict[str, str]:
    answer = client.post("/v1/tokens", json={"username": "dana", "password": "correct horse battery"})
    return {"Authorization": f"Bearer {answer.get_json()['access_token']}"}


def change(app: Flask, statement: str) -> None:
    with app.app_context():
        session = app.extensions["helix_session"]
        session.execute(text(statement))
        session.commit()


def test_signing_out_ends_every_copy_of_the_cookie_and_every_token(app: Flask) -> None:
    client, desk = app.test_client(), app.test_client()
    sign_in(client)
    sign_in(desk)
    thief, headers = copy_of(client), token(client)
    assert thief.get("/mine").status_code == 200
    assert thief.get("/v1/gifts", headers=headers).status_code == 200
    sign_out(client)
    assert thief.get("/mine").status_code == 302
    assert desk.get("/mine").status_code == 302
    assert thief.get("/v1/gifts", headers=headers).status_code == 401
    sign_in(client)
    assert client.get("/mine").status_code == 200
    assert thief.get("/mine").status_code == 302


def test_a_cookie_that_has_ended_signs_nobody_out(app: Flask) -> None:
    client = app.test_client()
    sign_in(client)
    thief = copy_of(client)
    sign_out(client)
    sign_in(client)
    sign_out(thief)
    assert client.get("/mine").status_code == 200


@pytest.mark.parametrize(
    "statement",
    ["UPDATE account SET active = false", "UPDATE account SET generation = generation + 1"],
)
def test_an_account_that_is_closed_or_changed_is_signed_out_everywhere(app: Flask, statement: str) -> None:
    client = app.test_client()
    sign_in(client)
    headers = token(client)
    assert client.get("/v1/gifts", headers=headers).status_code == 200
    change(app, statement)
    assert client.get("/mine").status_code == 302
    assert client.get("/v1/gifts", headers=headers).status_code == 401


def test_a_token_says_what_the_account_may_do_now(app: Flask) -> None:
    client = app.test_client()
    headers = token(client)
    change(app, "UPDATE account SET roles = '{tksk}'")
    assert client.get("/v1/gifts", headers=headers).status_code == 403


def test_a_token_holds_no_longer_than_another_service_may_believe_one_that_has_ended(app: Flask) -> None:
    bearer = token(app.test_client())["Authorization"][7:]
    claims = jwt.decode(bearer, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 15 * 60


def test_the_token_of_another_issuer_needs_no_account_here(
    app: Flask, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer = "http://elsewhere.test"
    settings = app.config["HELIX"]
    ours = jwt.decode(bearer(app, "planner")["Authorization"][7:], options={"verify_signature": False})
    key = Tokens(settings)._key
    asked: list[str] = []
    reader = Tokens(settings, lambda account, _generation: asked.append(account))
    monkeypatch.setattr(tokens_module._Issuer, "key", lambda *_: key.public_key())
    monkeypatch.setitem(reader._foreign, issuer, tokens_module._Issuer("http://elsewhere.test/keys"))
    claims = ours | {"iss": issuer, "exp": clock.now() + timedelta(minutes=5)}
    found = reader.read(jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": "theirs"}))
    assert found is not None
    assert (found.roles, asked) == (frozenset({"planner"}), [])

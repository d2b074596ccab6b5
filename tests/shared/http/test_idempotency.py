"""A doubled request has one effect, and both get the same answer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import text

from shared.ids import new_id

Probe = Callable[..., Flask]
Bearer = Callable[..., dict[str, str]]


@pytest.fixture
def app(probe: Probe) -> Flask:
    return probe()


@pytest.fixture
def donor(app: Flask, bearer: Bearer) -> dict[str, str]:
    return bearer(app, "donor", stakeholder=new_id()) | {"Idempotency-Key": "first"}


def count_gifts(app: Flask) -> int:
    with app.app_context():
        return int(app.extensions["helix_session"].scalar(text("SELECT count(*) FROM gift")))


def test_gives_the_first_answer_again(app: Flask, donor: dict[str, str]) -> None:
    client = app.test_client()
    first = client.post("/v1/gifts", json={"name": "rice"}, headers=donor)
    again = client.post("/v1/gifts", json={"name": "rice"}, headers=donor)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.data == again.data
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert count_gifts(app) == 1


def test_refuses_another_request_under_the_same_key(app: Flask, donor: dict[str, str]) -> None:
    client = app.test_client()
    client.post("/v1/gifts", json={"name": "rice"}, headers=donor)
    other = client.post("/v1/gifts", json={"name": "oil"}, headers=donor)
    assert other.status_code == 422
    assert count_gifts(app) == 1


def test_the_key_is_the_clients_own(app: Flask, donor: dict[str, str], bearer: Bearer) -> None:
    client = app.test_client()
    client.post("/v1/gifts", json={"name": "rice"}, headers=donor)
    stranger = bearer(app, "donor", stakeholder=new_id()) | {"Idempotency-Key": "first"}
    assert client.post("/v1/gifts", json={"name": "oil"}, headers=stranger).status_code == 201
    assert count_gifts(app) == 2


def test_a_refused_request_leaves_nothing_and_may_be_tried_again(app: Flask, donor: dict[str, str]) -> None:
    client = app.test_client()
    assert client.post("/v1/gifts", json={"name": "refused"}, headers=donor).status_code == 409
    assert count_gifts(app) == 0
    assert client.post("/v1/gifts", json={"name": "rice"}, headers=donor).status_code == 201


def test_two_at_the_same_moment_have_one_effect(app: Flask, donor: dict[str, str]) -> None:
    def post(_: int) -> int:
        return app.test_client().post("/v1/gifts", json={"name": "rice"}, headers=donor).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(post, range(24)))
    assert set(statuses) <= {201, 409}
    assert count_gifts(app) == 1


def test_an_answer_is_kept_for_a_day_and_stored_unreadable(app: Flask, donor: dict[str, str]) -> None:
    app.test_client().post("/v1/gifts", json={"name": "unmistakable"}, headers=donor)
    with app.app_context():
        session = app.extensions["helix_session"]
        body = bytes(session.scalar(text("SELECT body FROM idempotency")))
        assert b"unmistakable" not in body
        session.execute(text("UPDATE idempotency SET created_at = created_at - interval '25 hours'"))
        session.commit()
    assert app.test_client().post("/v1/gifts", json={"name": "oil"}, headers=donor).status_code == 201
    assert count_gifts(app) == 2


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_refuses_a_key_that_is_none(app: Flask, donor: dict[str, str], key: str) -> None:
    headers = donor | {"Idempotency-Key": key}
    assert app.test_client().post("/v1/gifts", json={"name": "a"}, headers=headers).status_code == 422

"""Lists stay put while rows come in; a change is made from the version that was read."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shared.ids import new_id

Bearer = Callable[..., dict[str, str]]


@pytest.fixture
def app(probe: Callable[..., Flask]) -> Flask:
    return probe()


@pytest.fixture
def donor(app: Flask, bearer: Bearer) -> dict[str, str]:
    return bearer(app, "donor", stakeholder=new_id())


def add(client: FlaskClient, headers: dict[str, str], *names: str) -> list[str]:
    return [client.post("/v1/gifts", json={"name": name}, headers=headers).get_json()["id"] for name in names]


def test_pages_through_a_list_that_grows_without_missing_or_repeating(
    app: Flask, donor: dict[str, str]
) -> None:
    client = app.test_client()
    made = add(client, donor, "a", "b", "c")
    first = client.get("/v1/gifts?limit=2", headers=donor).get_json()
    assert first["object"] == "list"
    assert first["has_more"] is True
    assert first["url"] == "/v1/gifts?limit=2"
    made += add(client, donor, "d")
    last = first["data"][-1]["id"]
    second = client.get(f"/v1/gifts?limit=2&starting_after={last}", headers=donor).get_json()
    assert [row["id"] for row in first["data"] + second["data"]] == made
    assert second["has_more"] is False


def test_a_list_shows_only_what_is_the_callers(app: Flask, donor: dict[str, str], bearer: Bearer) -> None:
    client = app.test_client()
    add(client, donor, "a")
    add(client, bearer(app, "donor", stakeholder=new_id()), "b", "c")
    assert len(client.get("/v1/gifts", headers=donor).get_json()["data"]) == 1
    assert len(client.get("/v1/gifts", headers=bearer(app, "planner")).get_json()["data"]) == 3


def test_a_change_needs_the_version_it_was_made_from(
    app: Flask, donor: dict[str, str], bearer: Bearer
) -> None:
    client = app.test_client()
    (gift,) = add(client, donor, "a")

    def rename(name: str, **headers: str) -> int:
        return client.patch(f"/v1/gifts/{gift}", json={"name": name}, headers=donor | headers).status_code

    assert rename("b") == 428
    assert rename("b", **{"If-Match": '"1"'}) == 200
    assert rename("c", **{"If-Match": '"1"'}) == 412
    stranger = bearer(app, "donor", stakeholder=new_id())
    other = client.patch(f"/v1/gifts/{gift}", json={"name": "x"}, headers=stranger | {"If-Match": '"2"'})
    assert other.status_code == 404

"""What the command line makes: the beginnings of one machine, accounts, approvals."""

from collections.abc import Callable
from uuid import UUID

import pytest
from click.testing import CliRunner
from flask import Flask

from services.donations import cli
from services.donations.cli import COMMANDS, bootstrap
from shared.settings import Settings
from tests.donations.facts import pledge_body

GIVEN = {
    "accounts": [{"role": "donor", "username": "donor", "password": "abcd-efgh-ijkm-npqr"}],
    "portal_key": "hlx_live_" + "k" * 43,
}


def test_a_second_bootstrap_changes_nothing(app: Flask) -> None:
    first = bootstrap(app, GIVEN)
    client = app.test_client()
    token = client.post("/v1/tokens", json={"username": "donor", "password": "abcd-efgh-ijkm-npqr"}).json
    assert token is not None
    assert bootstrap(app, GIVEN) == first
    for bearer in (token["access_token"], GIVEN["portal_key"]):
        headers = {"Authorization": f"Bearer {bearer}"}
        made = client.post("/v1/pledges", json=pledge_body(), headers=headers)
        assert made.json is not None
        assert (made.status_code, made.json["stakeholder"]) == (201, first["stakeholder"])


def test_a_second_bootstrap_gives_nothing_back_that_was_taken(
    app: Flask, bearer: Callable[..., dict[str, str]]
) -> None:
    begun = bootstrap(app, GIVEN)
    client, admin = app.test_client(), bearer(app, "admin")
    path = f"/v1/stakeholders/{begun['stakeholder']}"
    keys = client.get(f"{path}/keys", headers=admin).get_json()["data"]
    assert client.delete(f"/v1/keys/{keys[0]['id']}", headers=admin).status_code == 204
    suspended = client.post(f"{path}/suspend", json={"reason": "a complaint"}, headers=admin)
    assert suspended.status_code == 200
    assert bootstrap(app, GIVEN) == begun
    assert client.get(path, headers=admin).get_json()["status"] == "suspended"
    portal = {"Authorization": f"Bearer {GIVEN['portal_key']}"}
    assert client.get("/v1/pledges", headers=portal).status_code == 401


@pytest.fixture
def run(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Return a function that runs a command of donations and returns what it prints."""
    monkeypatch.setattr(cli, "create_app", lambda _settings: app)
    settings: Settings = app.config["HELIX"]
    commands = {command.name: command for command in COMMANDS}

    def invoke(name: str, *arguments: str, fails: bool = False) -> str:
        result = CliRunner().invoke(commands[name], arguments, obj=settings)
        assert (result.exit_code != 0) == fails, result.output
        return result.output

    return invoke


def test_the_commands_list_approve_and_add_people(app: Flask, run: Callable[..., str]) -> None:
    begun = bootstrap(app, GIVEN)
    body = {"name": "Radio Contoh", "kind": "media", "contact_email": "a@contoh.id"}
    made = app.test_client().post("/v1/stakeholders", json=body).json
    assert made is not None
    assert made["id"] in run("stakeholders", "list", "--status", "pending")
    assert "Radio Contoh may pledge." in run("stakeholders", "approve", made["id"])
    assert begun["stakeholder"] in run("stakeholders", "list")
    arguments = ("account", "add", "radio", "--stakeholder", made["id"], "--password")
    run(*arguments, "abcd-efgh-ijkm")
    assert "at least 12" in run(*arguments, "short", fails=True)
    unknown = str(UUID(int=1))
    assert unknown in run(
        "account", "add", "radio", "--stakeholder", unknown, "--password", "abcd-efgh-ijkm", fails=True
    )
    sign_in = {"username": "radio", "password": "abcd-efgh-ijkm"}
    assert app.test_client().post("/v1/tokens", json=sign_in).status_code == 200

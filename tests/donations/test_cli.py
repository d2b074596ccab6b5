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

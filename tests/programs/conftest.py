"""What every test of programs may ask for."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from services.programs import cli
from tests.programs.people import Office, open_office
from tests.programs.scene import Scene


@pytest.fixture
def office(make_app: Callable[..., Flask], bearer: Callable[..., dict[str, str]]) -> Office:
    """The service on a fresh database, with one person of each role."""
    return open_office(make_app("programs"), bearer)


@pytest.fixture
def scene(make_app: Callable[..., Flask]) -> Scene:
    """An empty service to match in, step by step."""
    return Scene(make_app("programs"))


@pytest.fixture
def run(office: Office, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Return a function that runs a command of programs: `run("audit", "verify")`."""
    monkeypatch.setattr(cli, "create_app", lambda _settings: office.app)
    commands = {command.name: command for command in cli.COMMANDS}

    def invoke(name: str, *arguments: str) -> Result:
        return CliRunner().invoke(commands[name], arguments, obj=office.app.config["HELIX"])

    return invoke

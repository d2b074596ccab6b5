"""What every test of programs may ask for."""

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from playwright.sync_api import Page

from services.programs import cli
from services.programs.accounts.models import ACCOUNTS
from services.programs.database import db
from shared.auth.accounts import Grant
from tests.browser import sign_in
from tests.programs.people import Office, open_office
from tests.programs.scene import Scene

PASSWORD = "a password for this test"


@pytest.fixture
def office(make_app: Callable[..., Flask], bearer: Callable[..., dict[str, str]]) -> Office:
    """The service on a fresh database, with one person of each role."""
    return open_office(make_app("programs"), bearer)


@pytest.fixture
def scene(make_app: Callable[..., Flask]) -> Scene:
    """An empty service to match in, step by step."""
    return Scene(make_app("programs"))


@pytest.fixture
def enter(office: Office, browser_page: Callable[..., Page]) -> Callable[..., Page]:
    """Return a function that signs somebody of a role in and opens a page."""

    def open_page(role: str, path: str, **options: Any) -> Page:
        area = "35.17.01" if role == "tksk" else None
        with office.app.app_context():
            ACCOUNTS.add(db.session(), role, PASSWORD, Grant((role,), display_name=role, area=area))
        page = browser_page(office.app, path, **options)
        sign_in(page, role, PASSWORD)
        return page

    return open_page


@pytest.fixture
def run(office: Office, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Return a function that runs a command of programs: `run("audit", "verify")`."""
    monkeypatch.setattr(cli, "create_app", lambda _settings: office.app)
    commands = {command.name: command for command in cli.COMMANDS}

    def invoke(name: str, *arguments: str) -> Result:
        return CliRunner().invoke(commands[name], arguments, obj=office.app.config["HELIX"])

    return invoke

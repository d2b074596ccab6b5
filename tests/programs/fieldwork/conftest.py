"""Who is at the door."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from services.programs.accounts.models import ACCOUNTS
from services.programs.database import db
from shared.auth.accounts import Grant
from tests.programs.fieldwork.phone import Phone
from tests.programs.people import Office, member

PASSWORD = "a password for this test"


@pytest.fixture(name="sign_in")
def sign_in_as(office: Office) -> Callable[[str], FlaskClient]:
    """Return a function that signs in a social worker of the visit's sub-district."""

    def sign_in(name: str) -> FlaskClient:
        with office.app.app_context():
            ACCOUNTS.add(db.session(), name, PASSWORD, Grant(("tksk",), area="35.17.01"))
        browser = office.app.test_client()
        token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/sign-in").text)
        assert token is not None
        who = {"username": name, "password": PASSWORD, "csrf_token": token[1]}
        assert browser.post("/sign-in", data=who).status_code == 303
        return browser

    return sign_in


@pytest.fixture(name="phone")
def at_the_door(office: Office, sign_in: Callable[[str], FlaskClient]) -> Phone:
    """A social worker's phone, at a visit that waits."""
    visit = office.assign(office.register(members=[member(name="Siti Contoh")]))
    return Phone(sign_in("tksk"), visit)

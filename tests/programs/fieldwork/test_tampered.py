"""The form of a visit comes back from a phone, where anybody can rewrite it."""

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.programs.accounts.models import ACCOUNTS
from services.programs.database import db
from shared.auth.accounts import Grant
from tests.programs.people import Office

PASSWORD = "a password for this test"

RICE = {
    "category": "food",
    "item": "rice",
    "unit": "kg",
    "quantity": 20,
    "urgency": 3,
    "indivisible": False,
}


@pytest.fixture(name="door")
def signed_in_at_a_door(office: Office) -> tuple[FlaskClient, str]:
    """A social worker's browser, and the path of a visit that is theirs to make."""
    with office.app.app_context():
        ACCOUNTS.add(db.session(), "tksk", PASSWORD, Grant(("tksk",), area="35.17.01"))
    browser = office.app.test_client()
    who = {"username": "tksk", "password": PASSWORD}
    answer = browser.post("/sign-in", data=who | token(browser, "/sign-in"))
    assert answer.status_code == 303, answer.text
    return browser, f"/visits/{office.assign(office.register())}"


def token(browser: FlaskClient, path: str) -> dict[str, str]:
    """Return what proves that a form of this page is sent."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(path).text)
    assert found is not None
    return {"csrf_token": found[1]}


def send(door: tuple[FlaskClient, str], go: str, draft: Any = None) -> TestResponse:
    browser, path = door
    carried = draft if isinstance(draft, str) else json.dumps({} if draft is None else draft)
    return browser.post(path, data={"go": go, "draft": carried} | token(browser, path))


def at_needs(**changed: Any) -> dict[str, Any]:
    """Return a draft that stands at the needs, as the form makes it unless it is changed."""
    return {"step": "needs", "outcome": "found", "answers": {"people": 3}, "needs": [RICE]} | changed


def test_a_button_that_is_none_is_refused(door: tuple[FlaskClient, str]) -> None:
    buttons = ("remove-abc", "remove-", "remove--1", "remove-²", "remove-999", "elsewhere")
    assert [send(door, go, at_needs()).status_code for go in buttons] == [422] * len(buttons)


REWRITTEN: list[Any] = [
    "no JSON",
    "[" * 5_000,
    '{"needs": [{"category": ' + "[" * 5_000,
    '{"answers": {"note": ' + "[" * 5_000,
    '{"answers": {"note": "\\ud800"}}',
    {"step": "check"},
    at_needs(step="elsewhere"),
    at_needs(outcome="nobody"),
    at_needs(outcome="moved"),
    at_needs(answers={"people": "three"}),
    at_needs(answers={"unasked": True}),
    at_needs(needs=[{}]),
    at_needs(needs=["rice"]),
    at_needs(needs=[RICE | {"item": "gold"}]),
    at_needs(needs=[RICE | {"unit": "ton"}]),
    at_needs(needs=[RICE | {"quantity": "20"}]),
    at_needs(needs=[RICE | {"quantity": 0}]),
    at_needs(needs=[RICE | {"quantity": 10**30}]),
    at_needs(needs=[RICE | {"urgency": 6}]),
    at_needs(needs=[RICE] * 13),
]


def test_a_draft_that_the_form_did_not_make_begins_anew_and_says_so(door: tuple[FlaskClient, str]) -> None:
    # One door for all of them: each is one request, and none of them changes anything.
    for draft in REWRITTEN:
        for go in ("next", "back", "save"):
            answer = send(door, go, draft)
            assert (answer.status_code, 'role="alert"' in answer.text) == (422, True), (go, draft)


def test_what_the_form_made_goes_on(door: tuple[FlaskClient, str]) -> None:
    assert "20 kg" in send(door, "next", at_needs()).text
    removed = send(door, "remove-0", at_needs())
    assert removed.status_code == 200
    assert "20 kg" not in removed.text
    assert send(door, "save", at_needs(step="check")).status_code == 303

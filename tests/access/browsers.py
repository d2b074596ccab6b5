"""A browser for each caller, signed in once, and what it sends."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.donations.pledging.domain import FIELDS
from services.donations.pledging.schemas import Draft
from shared import clock
from shared.ids import new_id
from tests.access.callers import Caller, Door
from tests.access.policy import Line
from tests.shared.auth.test_access import form_token

_ANSWERS = {
    "what": ["cash"],
    "quantity": ["1000"],
    "fund": ["csr"],
    "strategy": ["reduce_burden"],
    "opens_on": [clock.today().isoformat()],
}
_DRAFT = {step: {name: _ANSWERS.get(name, []) for name in names} for step, names in FIELDS.items()}


@dataclass
class _Browser:
    client: FlaskClient
    token: str | None


class Browsers:
    """The browsers of all callers of one set of apps."""

    def __init__(self, apps: dict[str, Flask], door: Door) -> None:
        self._apps, self._door = apps, door
        self._open: dict[tuple[str, str], _Browser] = {}

    def send(self, line: Line, caller: Caller, path: str, given: dict[str, Any]) -> TestResponse:
        """Send what a line of the policy is about, as a caller: with a form's token where it is a form."""
        browser = self._browser(line.service, caller)
        if line.path.startswith("/pledge/"):
            self._begin_a_pledge(browser.client)
        given = given | {"headers": given.get("headers", {}) | self._door.header(caller)}
        if line.is_page and line.method == "POST":
            token = {} if browser.token is None else {"csrf_token": browser.token}
            given |= {"data": given.get("data", {}) | token}
            if line.path == "/pledge/check":
                given["data"] |= {"seal": Draft(_DRAFT, new_id()).seal, "submission": str(new_id())}
        if line.path.startswith("/sign-in"):
            # It may not be signed in afterwards: the next call is made from another one.
            del self._open[line.service, caller.name]
        return browser.client.open(path, method=line.method, **given)

    def forget_token(self, service: str, caller: Caller, token: str | None) -> None:
        """Have a caller send another token with its forms, or none."""
        self._browser(service, caller).token = token

    def _browser(self, service: str, caller: Caller) -> _Browser:
        if (service, caller.name) not in self._open:
            client, account = self._apps[service].test_client(), self._door.account(caller)
            if account is not None:
                with client.session_transaction() as session:
                    session["account"], session["generation"] = account, 1
            token = "" if service == "reporting" else form_token(client)
            self._open[service, caller.name] = _Browser(client, token)
        return self._open[service, caller.name]

    @staticmethod
    def _begin_a_pledge(client: FlaskClient) -> None:
        """Answer all steps of a pledge: the answers live in the session."""
        with client.session_transaction() as session:
            session["pledge_draft"] = {"answers": _DRAFT, "submission": str(new_id())}

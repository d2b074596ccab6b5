"""A social worker's browser, at one visit."""

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.programs.people import answers


class Phone:
    """The browser of a social worker, at one visit."""

    def __init__(self, browser: FlaskClient, visit: str) -> None:
        self.browser = browser
        self.visit = f"/visits/{visit}"

    def send(self, path: str, **typed: str) -> TestResponse:
        """Send a form of the visit's own page."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.browser.get("/visits").text)
        assert token is not None
        return self.browser.post(path, data=typed | {"csrf_token": token[1]})

    def begin(self, **typed: str) -> str:
        """Begin the visit or go on; return the step that is shown."""
        return self.step_of(self.send(self.visit, **typed))

    def answer(self, step: str, go: str = "next", **typed: str) -> str:
        """Answer a step; return the step that is shown then."""
        return self.step_of(self.send(f"{self.visit}/{step}", go=go, **typed))

    def answer_all(self) -> None:
        """Answer everything that a household which was met must answer."""
        for step, said in answers().items():
            self.answer(step, answer="yes" if said is True else str(said))

    def step_of(self, response: TestResponse) -> str:
        """Return the step that an answer leads to."""
        assert response.status_code == 303, response.text
        return response.headers["Location"].removeprefix(self.visit).lstrip("/")

    def shows(self, step: str) -> str:
        """Return the page of a step."""
        response = self.browser.get(f"{self.visit}/{step}")
        assert response.status_code == 200
        return response.text

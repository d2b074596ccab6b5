"""A client that does what `api.md` asks: what got no answer is sent again, under the same number."""

import threading
import time
from typing import Any

import requests

from shared.ids import new_id
from tests.faults.machine import Machine

# A request is repeated for so long: a server may be away for minutes.
PATIENCE_SECONDS = 420.0

_AGAIN = {502, 503, 504}


class Client:
    """Somebody who uses the three services over HTTP. One thread uses it."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._http = requests.Session()
        self._tokens: dict[str, str] = {}
        # How often an answer got lost, or was that somebody is away.
        self.repeats = 0
        # Answers that nobody should ever get.
        self.broken: list[str] = []

    def send(
        self,
        role: str,
        method: str,
        service: str,
        path: str,
        body: dict[str, Any] | None = None,
        **headers: str,
    ) -> requests.Response:
        """Send until there is an answer that tells what became of it."""
        if method == "POST":
            headers["Idempotency-Key"] = str(new_id())
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self._try(role, method, self._machine.urls[service] + path, body, headers)
            if answer is not None and answer.status_code == 401:
                self._tokens.pop(role, None)
            elif answer is not None and not _is_passing(answer):
                if answer.status_code >= 500:
                    self.broken.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
                return answer
            assert time.monotonic() < deadline, f"no answer to {method} {path}"
            self.repeats += 1
            threading.Event().wait(0.2)

    def list(self, role: str, service: str, path: str) -> list[dict[str, Any]]:
        """Return a list's first page."""
        answer = self.send(role, "GET", service, path)
        found: list[dict[str, Any]] = answer.json().get("data", [])
        return found

    def _try(
        self, role: str, method: str, url: str, body: Any, headers: dict[str, str]
    ) -> requests.Response | None:
        try:
            who = self._who(role)
            return self._http.request(method, url, json=body, headers=who | headers, timeout=(3, 20))
        except requests.RequestException:
            # Nobody knows what became of it.
            return None

    def _who(self, role: str) -> dict[str, str]:
        if role == "portal":
            return self._machine.portal()
        if role not in self._tokens:
            service, secret = self._machine.account(role)
            answer = self._http.post(f"{self._machine.urls[service]}/v1/tokens", json=secret, timeout=(3, 20))
            answer.raise_for_status()
            self._tokens[role] = answer.json()["access_token"]
        return {"Authorization": f"Bearer {self._tokens[role]}"}


def _is_passing(answer: requests.Response) -> bool:
    """Tell whether the answer is no answer yet."""
    if answer.status_code in _AGAIN:
        assert answer.headers["Content-Type"] == "application/problem+json", answer.text
        return True
    return answer.status_code == 409 and answer.json()["code"] == "still_running"

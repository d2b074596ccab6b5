"""People and portals as HTTP clients: they sign in, repeat safely, and wait where a service is away."""

import time
from collections.abc import Iterator
from typing import Any, Self

import requests

from shared.ids import new_id

PATIENCE_SECONDS = 120.0
_TIMEOUT_SECONDS = 30.0
_TRY_AGAIN = {429, 502, 503, 504}


class Refused(Exception):
    """A service refused a request; `status` and `code` say why."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status} {body.get('code')}: {body.get('detail')} {body.get('errors', '')}")
        self.status = status
        self.code = body.get("code")
        self.body = body


class Client:
    """Somebody who calls one or more services. `bearer` is a token or an API key, or empty for the public."""

    def __init__(self, urls: dict[str, str], bearer: str = "") -> None:
        self._urls = urls
        self._bearer = bearer
        self._session = requests.Session()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get(self, service: str, path: str, **query: Any) -> Any:
        """Return the answer to a GET."""
        return self._call("GET", service, path, params=query)

    def post(self, service: str, path: str, body: Any = None, **options: Any) -> Any:
        """Post, under a key that makes a repeat harmless; return the answer."""
        headers = {"Idempotency-Key": new_id().hex}
        sent = options if body is None else {"json": body}
        return self._call("POST", service, path, headers=headers, **sent)

    def every(self, service: str, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Yield every item of a list, page after page."""
        after: dict[str, Any] = {}
        while True:
            page = self.get(service, path, limit=100, **query, **after)
            yield from page["data"]
            if not page["has_more"]:
                return
            after = {"starting_after": page["data"][-1]["id"]}

    def renew(self) -> bool:
        """Get a fresh bearer token, and tell whether there is one to be had: a key is what it is."""
        return False

    def _call(self, method: str, service: str, path: str, **options: Any) -> Any:
        answer = self._answer(method, service, path, options)
        if answer.status_code == 401 and self.renew():
            answer = self._answer(method, service, path, options)
        return _read(answer)

    def _answer(self, method: str, service: str, path: str, options: dict[str, Any]) -> requests.Response:
        """Ask until the service answers: a demonstration outlives a restart of what it shows."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        pause = 0.1
        while time.monotonic() < deadline:
            answer = self._try(method, self._urls[service] + path, options)
            if answer is not None and answer.status_code not in _TRY_AGAIN:
                return answer
            time.sleep(pause)
            pause = min(5.0, pause * 1.6)
        raise Refused(503, {"code": "away", "detail": f"{service} did not answer {path} for long"})

    def _try(self, method: str, url: str, options: dict[str, Any]) -> requests.Response | None:
        headers = options.get("headers", {}) | (
            {"Authorization": f"Bearer {self._bearer}"} if self._bearer else {}
        )
        try:
            return self._session.request(
                method, url, timeout=_TIMEOUT_SECONDS, **options | {"headers": headers}
            )
        except requests.RequestException:
            return None


class Person(Client):
    """Somebody with a local account of one service."""

    def __init__(self, urls: dict[str, str], account: dict[str, str]) -> None:
        super().__init__(urls)
        self._account = account

    def renew(self) -> bool:
        """Exchange the password for a token."""
        body = {name: self._account[name] for name in ("username", "password")}
        with Client(self._urls) as anyone:
            self._bearer = anyone.post(self._account["service"], "/v1/tokens", body)["access_token"]
        return True


def _read(answer: requests.Response) -> Any:
    try:
        body = answer.json() if answer.content else {}
    except ValueError:
        body = {"code": "unreadable", "detail": answer.text[:200]}
    if answer.status_code >= 400:
        raise Refused(answer.status_code, body)
    return body

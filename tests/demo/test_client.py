"""People and portals as HTTP clients, against a real server."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from demo.client import Client, Person, Refused

Answer = tuple[int, dict[str, Any]]


class Script:
    """A server that gives the answers of a list, one after the other, and keeps what it was asked."""

    def __init__(self, answers: list[Answer]) -> None:
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.answers = list(answers)
        script = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def _answer(self) -> None:
                script.asked.append((self.command, self.path, dict(self.headers), self._body()))
                status, body = script.answers.pop(0)
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def _body(self) -> bytes:
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.urls = {"programs": f"http://127.0.0.1:{self.server.server_port}"}
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Script]]:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    made: list[Script] = []

    def start(*answers: Answer) -> Script:
        made.append(Script(list(answers)))
        return made[-1]

    yield start
    for script in made:
        script.close()


def test_a_person_signs_in_when_asked_to_and_repeats_the_request_under_its_key(
    play: Callable[..., Script],
) -> None:
    script = play((401, {}), (200, {"access_token": "t1"}), (201, {"id": "x"}))
    with Person(script.urls, {"username": "tksk", "password": "secret", "service": "programs"}) as person:
        assert person.post("programs", "/v1/households", {"a": 1}) == {"id": "x"}
    (_, _, first, _), (_, path, _, body), (_, _, last, _) = script.asked
    assert (path, json.loads(body)) == ("/v1/tokens", {"username": "tksk", "password": "secret"})
    assert last["Authorization"] == "Bearer t1"
    assert last["Idempotency-Key"] == first["Idempotency-Key"]


def test_a_service_that_is_away_is_asked_again_under_the_same_key(play: Callable[..., Script]) -> None:
    script = play((503, {}), (429, {}), (201, {"id": "x"}))
    with Client(script.urls, "key") as client:
        client.post("programs", "/v1/pledges", {})
    assert len({headers["Idempotency-Key"] for _, _, headers, _ in script.asked}) == 1


def test_a_refusal_is_raised_with_its_code(play: Callable[..., Script]) -> None:
    script = play((409, {"code": "not_open", "detail": "It is withdrawn."}))
    with Client(script.urls) as client, pytest.raises(Refused, match="409 not_open: It is withdrawn."):
        client.post("programs", "/v1/x")


def test_a_list_is_read_page_after_page(play: Callable[..., Script]) -> None:
    script = play(
        (200, {"data": [{"id": "1"}, {"id": "2"}], "has_more": True}),
        (200, {"data": [{"id": "3"}], "has_more": False}),
    )
    with Client(script.urls) as client:
        assert [item["id"] for item in client.every("programs", "/v1/needs", status="open")] == [
            "1",
            "2",
            "3",
        ]
    assert script.asked[1][1] == "/v1/needs?limit=100&status=open&starting_after=2"

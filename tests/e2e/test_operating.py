"""What who runs it sees: how the exchange stands, and what becomes of requests that nobody can read."""

import json
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.e2e.running import Running

pytestmark = pytest.mark.slow

Eventually = Callable[..., Any]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("GET /v1/summary?nik=" + "7" * 5_000 + " HTTP/1.1\r\n\r\n", 414),
        ("GET /v1/summary HTTP/1.1\r\nX-Nik: " + "7" * 9_000 + "\r\n\r\n", 431),
        ("7777 nonsense\r\n\r\n", 400),
        ("GET /v1/summary HTTP/1.1\r\nTransfer-Encoding: 7777\r\n\r\n", 501),
    ],
)
def test_what_cannot_be_read_is_a_problem(running: Running, sent: str, status: int) -> None:
    address = urlsplit(running.access["urls"]["reporting"])
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(sent.encode())
        head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Content-Type: application/problem+json" in head
    problem = json.loads(body)
    assert problem["status"] == status
    assert problem["code"]
    assert b"7777" not in body
    assert "7777" not in (running.data / "logs" / "reporting-web.log").read_text()


@pytest.mark.parametrize("service", ["donations", "programs", "reporting"])
def test_a_service_says_that_its_bus_answers_and_that_nothing_waits(
    running: Running, eventually: Eventually, service: str
) -> None:
    def caught_up() -> dict[str, Any] | None:
        told: dict[str, Any] = running.call("GET", service, "/readyz").json()
        return told if (told["bus"], told["lag"]) == ("ok", 0) else None

    assert eventually(caught_up)["worker_seconds"] < 30

"""What who runs it sees: how the exchange stands, and what becomes of requests that nobody can read."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import requests

from tests.e2e.running import Running

pytestmark = pytest.mark.slow

Eventually = Callable[..., Any]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("GET /v1/summary?nik=" + "7" * 5_000 + " HTTP/1.1\r\n\r\n", 414),
        ("GET /v1/summary HTTP/1.1\r\nX-Nik: " + "7" * 9_000 + "\r\n\r\n", 431),
        ("7777777777777777 nonsense\r\n\r\n", 400),
        ("GET /v1/summary HTTP/1.1\r\nTransfer-Encoding: 7777777777777777\r\n\r\n", 501),
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
    assert b"77777777" not in body
    assert "77777777" not in (running.data / "logs" / "reporting-web.log").read_text()


def test_a_body_whose_pieces_make_no_sense_is_the_senders_fault(running: Running) -> None:
    head = "POST /v1/tokens HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
    address = urlsplit(running.access["urls"]["programs"])
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\nZZ\r\n".encode())
        assert connection.makefile("rb").readline().startswith(b"HTTP/1.1 400 ")


def test_clients_that_fall_silent_in_the_middle_do_not_keep_others_out(running: Running) -> None:
    url = running.access["urls"]["reporting"]
    address = urlsplit(url)
    with ExitStack() as stack:
        for _ in range(12):
            silent = socket.create_connection((address.hostname, address.port), timeout=30)
            stack.enter_context(silent)
            silent.sendall(b"GET / HTTP/1.1\r\nHost: here\r\nX: ")
        assert requests.get(f"{url}/healthz", timeout=60).status_code == 200


@pytest.mark.parametrize("service", ["donations", "programs", "reporting"])
def test_a_service_says_that_its_bus_answers_and_that_nothing_waits(
    running: Running, eventually: Eventually, service: str
) -> None:
    def caught_up() -> dict[str, Any] | None:
        told: dict[str, Any] = running.call("GET", service, "/readyz").json()
        return told if (told["bus"], told["lag"]) == ("ok", 0) else None

    assert eventually(caught_up)["worker_seconds"] < 30


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("donations check-balances", "as they should be"),
        ("matching audit", "holds: A pledge that came now would lower nobody."),
        ("reporting check-figures", "as they should be"),
        ("programs dead-letters list", "0 dead letters"),
        ("reporting rebuild --if-needed", ""),
    ],
)
def test_a_command_finds_the_instance_by_its_folder(running: Running, command: str, says: str) -> None:
    service, *rest = command.split()
    done = subprocess.run(
        [sys.executable, "-m", "helix", service, "--data", running.data, *rest],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert says in done.stdout + done.stderr


def test_a_web_server_that_is_killed_leaves_its_address_to_the_next(
    running: Running, eventually: Eventually
) -> None:
    # Until then the launcher takes a process that ends for one that can't be started.
    eventually(lambda: "Helix runs" in (running.data.parent / "run.log").read_text())
    title = "gunicorn: master [helix reporting web]"
    mine = psutil.Process(running.process.pid).children(recursive=True)
    master = next(process for process in mine if title in " ".join(process.cmdline()))
    left_behind = master.children()
    assert left_behind
    master.kill()
    # At once: what looks for its parent by itself does so only every second, and ends what it has in hand.
    _, alive = psutil.wait_procs(left_behind, timeout=0.5)
    assert [one.status() for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []
    eventually(lambda: _answers(running))


def _answers(running: Running) -> bool:
    try:
        return bool(running.call("GET", "reporting", "/healthz").status_code == 200)
    except requests.ConnectionError:
        return False

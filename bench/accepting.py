"""How many pledges are accepted in a second: beside a bare Flask and SQLAlchemy insert under the same gunicorn."""

import json
import socket
import sys
import threading
import time
from urllib.parse import urlsplit

from bench.bare_web import db, make_app
from bench.machine import await_answer, machine
from bench.processors import Meter, per_one
from bench.result import Result, rates
from helix.local.kafka import free_ports
from shared.ids import new_id

TURNS = 5
TURN_SECONDS = 5.0
CLIENTS = 8
WORKERS = ("2", "4")

BODY = json.dumps(
    {
        "resource": {"kind": "cash"},
        "quantity": 25_000_000,
        "fund": "csr",
        "strategy": "reduce_burden",
        "restrictions": {"areas": ["35.17.01"], "categories": ["food", "health"]},
    }
).encode()


def measure() -> list[Result]:
    """Press both in turns, and return their rates."""
    processes, threads = WORKERS
    ours, beside = (f"127.0.0.1:{port}" for port in free_ports())
    with machine() as found:
        web = ["helix", "donations", "web", "--bind", ours]
        found.start("ours", [*web, "--processes", processes, "--threads", threads])
        database = found.postgres.ensure_database("bare")
        app = make_app(database)
        with app.app_context():
            db.create_all()
        found.start(
            "beside",
            [sys.executable, "-m", "gunicorn", f"bench.bare_web:make_app({database!r})", "--bind", beside]
            + ["--worker-class", "gthread", "--workers", processes, "--threads", threads],
        )
        for address in (ours, beside):
            await_answer(f"http://{address}/healthz")
            _press(address, found.access["portal"]["key"], 2.0)
        meters = (Meter(), Meter())
        taken: tuple[list[float], list[float]] = ([], [])
        for _ in range(TURNS):
            for address, meter, rates_of in zip((ours, beside), meters, taken, strict=True):
                with meter.turn():
                    rates_of.append(_press(address, found.access["portal"]["key"], TURN_SECONDS))
    name = f"pledges accepted, gunicorn {processes} x {threads} threads, {CLIENTS} clients"
    numbers = [round(sum(rates_of) * TURN_SECONDS) for rates_of in taken]
    return [rates(name, *taken, "0.8"), per_one("processor time for each", meters, numbers)]


def _press(address: str, key: str, seconds: float) -> float:
    """Post pledges from several connections for so long; return how many a second were accepted."""
    accepted: list[int] = []
    until = time.perf_counter() + seconds
    clients = [
        threading.Thread(target=lambda: accepted.append(_post_until(address, key, until)))
        for _ in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return sum(accepted) / seconds


def _post_until(address: str, key: str, until: float) -> int:
    """Post one pledge after the other on one connection: by hand, so that the client costs next to nothing."""
    url = urlsplit(f"http://{address}")
    accepted = 0
    with socket.create_connection((str(url.hostname), url.port or 80), timeout=10) as connection:
        while time.perf_counter() < until:
            connection.sendall(
                f"POST /v1/pledges HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n"
                f"Idempotency-Key: {new_id().hex}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(BODY)}\r\n\r\n".encode()
                + BODY
            )
            answer = _read_answer(connection)
            if not answer.startswith(b"HTTP/1.1 201"):
                raise SystemExit(f"{address} refused a pledge: {answer.decode()}")
            accepted += 1
    return accepted


def _read_answer(connection: socket.socket) -> bytes:
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _more(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += _more(connection)
    return head + body


def _more(connection: socket.socket) -> bytes:
    found = connection.recv(65536)
    if not found:
        raise SystemExit("the connection was closed")
    return found

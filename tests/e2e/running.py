"""Helix as `make run` starts it, and how an outsider speaks with it."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from shared.ids import new_id
from shared.settings import passthrough

READY_WITHIN_SECONDS = 90.0

# Below those that the system gives to whoever asks for any.
_BASES = range(15_000, 31_000, 100)


class Running:
    """A running Helix, as an outsider sees it: three addresses and what `access.json` says."""

    def __init__(self, process: subprocess.Popen[bytes], data: Path) -> None:
        self.process = process
        self.data = data
        self.access: dict[str, Any] = json.loads((data / "access.json").read_text())
        self._http = requests.Session()
        self._tokens: dict[str, str] = {}

    def as_role(self, role: str) -> dict[str, str]:
        """Return the header of the account with this role."""
        if role not in self._tokens:
            account = self.access["accounts"][role]
            body = {"username": account["username"], "password": account["password"]}
            answer = self._http.post(
                f"{self.access['urls'][account['service']]}/v1/tokens", json=body, timeout=10
            )
            assert answer.status_code == 200, answer.text
            self._tokens[role] = answer.json()["access_token"]
        return {"Authorization": f"Bearer {self._tokens[role]}"}

    def as_portal(self) -> dict[str, str]:
        """Return the header of the portal's API key."""
        return {"Authorization": f"Bearer {self.access['portal']['key']}"}

    def call(
        self, method: str, service: str, path: str, who: dict[str, str] | None = None, **options: Any
    ) -> requests.Response:
        """Send a request; a POST gets an idempotency key of its own."""
        headers = dict(who or {}) | options.pop("headers", {})
        if method == "POST":
            headers.setdefault("Idempotency-Key", str(new_id()))
        url = self.access["urls"][service] + path
        return self._http.request(method, url, headers=headers, timeout=15, **options)

    def ok(
        self, method: str, service: str, path: str, who: dict[str, str] | None = None, **options: Any
    ) -> Any:
        """Send a request that must succeed; return its body."""
        answer = self.call(method, service, path, who, **options)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()


def eventually(look: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Look until something true is seen, and return it."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return seen


def free_port_base() -> int:
    """Return a base from which the three ports, and Kafka's two, are free; no other test process gets it."""
    given = passthrough()
    turn = int(given.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for base in _BASES[turn :: int(given.get("PYTEST_XDIST_WORKER_COUNT", "1"))]:
        try:
            for port in (base + 1, base + 2, base + 3, base + 1092, base + 1093):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return base
    raise AssertionError("no ports are free")


def start(bus: str, data: Path) -> Running:
    """Start Helix without the demonstration and wait until it answers."""
    command = [sys.executable, "-m", "helix", "run", "--demo", "none", "--bus", bus]
    command += ["--port-base", str(free_port_base()), "--data", str(data)]
    with (data.parent / "run.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=dict(os.environ))  # noqa: TID251
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while not is_ready(data):
        told = (data.parent / "run.log").read_text()
        assert process.poll() is None, told
        assert time.monotonic() < deadline, told
        time.sleep(0.1)
    return Running(process, data)


def is_ready(data: Path) -> bool:
    """Tell whether all three services answer."""
    if not (data / "access.json").exists():
        return False
    urls = json.loads((data / "access.json").read_text())["urls"]
    try:
        return all(requests.get(f"{url}/readyz", timeout=5).status_code == 200 for url in urls.values())
    except requests.RequestException:
        return False

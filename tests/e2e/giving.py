"""Givers who pledge and pay without a pause, and remember what they were answered."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests

from shared.clock import today
from shared.ids import new_id
from tests.e2e.running import Running
from tests.e2e.test_journey import pledge


@dataclass(frozen=True, slots=True)
class Accepted:
    """A request that was answered 201: sent again, it must be answered with the same."""

    path: str
    body: dict[str, Any]
    key: str
    id: str
    at: float


@dataclass
class Giving:
    """What the givers were answered, the earliest first."""

    accepted: list[Accepted] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def before(self, at: float) -> list[Accepted]:
        """Return what was answered before a moment of time.monotonic()."""
        return [one for one in self.accepted if one.at < at]


@contextmanager
def giving(helix: Running, giver: dict[str, str], threads: int = 2) -> Iterator[Giving]:
    """Pledge and pay in so many threads until the context ends."""
    found = Giving()
    workers = [threading.Thread(target=_give, args=(helix, giver, found)) for _ in range(threads)]
    for worker in workers:
        worker.start()
    try:
        yield found
    finally:
        found.stopping.set()
        for worker in workers:
            worker.join(30)


def again(helix: Running, giver: dict[str, str], one: Accepted) -> requests.Response:
    """Send a request once more, as a giver does that got no answer."""
    return helix.call(
        "POST", "donations", one.path, giver, json=one.body, headers={"Idempotency-Key": one.key}
    )


def _give(helix: Running, giver: dict[str, str], found: Giving) -> None:
    with requests.Session() as http:
        while not found.stopping.is_set():
            _post(helix, giver, http, found, "/v1/pledges", pledge(10_000, zakat=False, fund="csr"))
            url = helix.access["urls"]["donations"] + "/v1/allocations?status=reserved&limit=5"
            for one in http.get(url, headers=giver, timeout=15).json().get("data", []):
                paid = {"allocation": one["id"], "quantity": one["quantity"], "paid_on": today().isoformat()}
                # Both threads may want to pay the same: the second is refused.
                _post(helix, giver, http, found, "/v1/contributions", paid | {"reference": str(new_id())})


def _post(
    helix: Running,
    giver: dict[str, str],
    http: requests.Session,
    found: Giving,
    path: str,
    body: dict[str, Any],
) -> None:
    key = str(new_id())
    url = helix.access["urls"]["donations"] + path
    answer = http.post(url, json=body, headers=giver | {"Idempotency-Key": key}, timeout=15)
    assert answer.status_code in {201, 409}, answer.text
    if answer.status_code == 201:
        found.accepted.append(Accepted(path, body, key, answer.json()["id"], time.monotonic()))

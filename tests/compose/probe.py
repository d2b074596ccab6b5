"""Uses the containers as strangers do, through the proxy, and looks whether each did its part."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from shared.clock import now, today
from shared.ids import new_id
from shared.settings import SERVICES
from tests.compose.containers import Containers
from tests.e2e.running import Running, eventually
from tests.e2e.test_journey import need, pledge, register_giver, reserved_allocation, verified_household

RUPIAH = 500_000
# A container has no curl; what a worker measured is served to the inside alone.
_MEASURED = (
    "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8000/metrics', timeout=5).read().decode())"
)
ROLES = ("tksk", "verifier", "approver", "planner", "admin")


def signed_in(containers: Containers, url: str, folder: Path) -> Running:
    """Make an account of each role by command, and return Helix as its people reach it."""
    accounts = {}
    for role in ROLES:
        password = new_id().hex
        area = ("--area", "35.17.01") if role == "tksk" else ()
        made = ("account", "add", role, "--role", role, *area, "--password", password)
        containers.execute("programs-web", "python", "-m", "helix", "programs", *made)
        accounts[role] = {"username": role, "password": password, "service": "programs"}
    urls = {"donations": f"{url}/donations", "programs": f"{url}/programs", "reporting": url}
    (folder / "access.json").write_text(json.dumps({"urls": urls, "accounts": accounts}))
    # It has no process of its own here: the engine runs it.
    return Running(subprocess.Popen(["true"]), folder)


def play(helix: Running) -> int:
    """Take a pledge to a match, a payment, a delivery and the dashboard; return the rupiah delivered there."""
    giver = register_giver(helix)
    opened = helix.ok("POST", "donations", "/v1/pledges", giver, json=pledge(RUPIAH))
    verified_household(helix, need(RUPIAH))
    allocation = reserved_allocation(helix, giver, opened["id"], _patiently)
    paid = {"allocation": allocation["id"], "quantity": RUPIAH, "paid_on": today().isoformat()}
    helix.ok("POST", "donations", "/v1/contributions", giver, json=paid | {"reference": str(new_id())})
    tksk = helix.as_role("tksk")
    path = f"/v1/allocations/{allocation['id']}"
    _patiently(lambda: helix.ok("GET", "programs", path, tksk)["status"] == "contributed")
    before = _delivered(helix)
    handed = {"allocation": allocation["id"], "client_id": str(new_id()), "quantity": RUPIAH}
    handed |= {"handed_over_at": now().isoformat(), "outcome": "delivered"}
    helix.ok("POST", "programs", "/v1/deliveries", tksk, json=handed)
    _patiently(lambda: helix.ok("GET", "donations", "/v1/receipts", giver)["data"])
    _patiently(lambda: _delivered(helix) == before + RUPIAH)
    _show_pages(helix)
    return before + RUPIAH


def _delivered(helix: Running) -> int:
    found: int = helix.ok("GET", "reporting", "/v1/summary")["funding"]["delivered"]
    return found


def _show_pages(helix: Running) -> None:
    for service in SERVICES:
        page = requests.get(helix.access["urls"][service] + "/", timeout=30)
        assert page.status_code == 200, f"{service}: {page.status_code}"
        assert "<main" in page.text, f"{service} shows no page"
    for service in SERVICES:
        told = helix.ok("GET", service, "/readyz")
        assert (told["database"], told["bus"]) == ("ok", "ok"), f"{service}: {told}"


def check_each_worker(containers: Containers) -> None:
    """Raise AssertionError where a worker applied nothing, or a service's events wait to be published."""
    for service in SERVICES:
        applied = containers.query(service, "SELECT count(*) FROM inbox")
        assert int(applied) > 0, f"{service}-worker applied nothing"
        waiting = containers.query(service, "SELECT count(*) FROM outbox")
        assert int(waiting) == 0, f"{service}-worker left {waiting} events in the outbox"
        measured = containers.execute(f"{service}-worker", "python", "-c", _MEASURED)
        assert "helix_events_applied_total" in measured, f"{service}-worker tells no measurements"


def _patiently(look: Callable[[], Any]) -> Any:
    return eventually(look, seconds=90)

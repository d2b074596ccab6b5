"""One journey on real Kafka, from the registration of a giver to the receipt, and what is known after it."""

from dataclasses import dataclass, field
from typing import Any

from shared import clock
from shared.ids import new_id
from tests.e2e.running import Running, eventually
from tests.e2e.test_journey import need, pledge, register_giver, reserved_allocation, verified_household
from tests.programs import files


@dataclass
class Journey:
    """What was made on the way: ids by the name of the thing, in the order in which they were made."""

    running: Running
    giver: dict[str, str]
    made: dict[str, list[str]] = field(default_factory=dict)

    def note(self, kind: str, *ids: str) -> None:
        """Remember ids of a kind of thing."""
        self.made.setdefault(kind, []).extend(ids)


def travel(running: Running) -> Journey:
    """Let pledges find households: one is delivered, one withdrawn, one half-way, and one still waits."""
    journey = Journey(running, giver := running.as_portal())
    _deliver(journey)
    _withdraw(journey)
    _reserve(journey)
    waiting = running.ok(
        "POST", "donations", "/v1/pledges", giver, json=pledge(restrictions={"max_decile": 1})
    )
    journey.note("pledge", waiting["id"])
    _look_around(journey)
    return journey


def _matched(journey: Journey, quantity: int = 500_000, **changed: Any) -> Any:
    """Make a pledge and a household that needs as much; return the allocation that joins them."""
    running = journey.running
    opened = running.ok("POST", "donations", "/v1/pledges", journey.giver, json=pledge(quantity, **changed))
    category = opened["restrictions"]["categories"][0]
    home = verified_household(running, need(quantity, category=category))
    found = reserved_allocation(running, journey.giver, opened["id"], eventually)
    journey.note("pledge", opened["id"])
    journey.note("household", home["id"])
    journey.note("allocation", found["id"])
    return found


def _deliver(journey: Journey) -> None:
    running, allocation = journey.running, _matched(journey)["id"]
    paid = {
        "allocation": allocation,
        "quantity": 500_000,
        "paid_on": clock.today().isoformat(),
        "reference": "1",
    }
    made = running.ok("POST", "donations", "/v1/contributions", journey.giver, json=paid)
    tksk = running.as_role("tksk")
    path = f"/v1/allocations/{allocation}"
    eventually(lambda: running.ok("GET", "programs", path, tksk)["status"] == "contributed")
    handed = {
        "allocation": allocation,
        "client_id": str(new_id()),
        "quantity": 500_000,
        "handed_over_at": clock.now().isoformat(),
        "outcome": "delivered",
    }
    delivered = running.ok("POST", "programs", "/v1/deliveries", tksk, json=handed)
    receipts = eventually(lambda: running.ok("GET", "donations", "/v1/receipts", journey.giver)["data"])
    journey.note("contribution", made["id"])
    journey.note("delivery", delivered["id"])
    journey.note("receipt", receipts[0]["id"])


def _withdraw(journey: Journey) -> None:
    found = _matched(journey, 300_000, restrictions={"categories": ["education"]}, zakat=False, fund="csr")
    running, giver = journey.running, journey.giver
    running.ok("POST", "donations", f"/v1/pledges/{journey.made['pledge'][-1]}/withdraw", giver, json={})
    path = f"/v1/allocations/{found['id']}"
    eventually(lambda: running.ok("GET", "donations", path, giver)["status"] == "released")


def _reserve(journey: Journey) -> None:
    _matched(journey, 200_000, restrictions={"categories": ["health"]}, zakat=False, fund="csr")


def _look_around(journey: Journey) -> None:
    """Note what came to be on the way, and let others register whom nothing depends on."""
    running, admin = journey.running, journey.running.as_role("admin")
    for kind in ("visit", "need"):
        listed = running.ok("GET", "programs", f"/v1/{kind}s?limit=100", running.as_role("verifier"))["data"]
        journey.note(kind, *(one["id"] for one in listed))
    registry = {"file": ("registri.csv", files.write([files.row()]), "text/csv")}
    job = running.ok("POST", "programs", "/v1/imports", running.as_role("planner"), files=registry)
    journey.note("import", job["id"])
    for _ in range(3):
        register_giver(running)
    everyone = running.ok("GET", "donations", "/v1/stakeholders?limit=100", admin)["data"]
    others = [one["id"] for one in everyone if one["id"] != running.access["portal"]["stakeholder"]]
    journey.note("stakeholder", *others)
    for other in others:
        keys = running.ok("GET", "donations", f"/v1/stakeholders/{other}/keys", admin)["data"]
        journey.note("key", *(one["id"] for one in keys))

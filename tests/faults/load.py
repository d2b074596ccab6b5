"""People who use Helix all at once, and write down what they were told was accepted."""

import random
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from shared import clock
from shared.ids import new_id
from tests.faults.client import Client
from tests.faults.machine import Machine
from tests.programs.people import answers, household, need

PEOPLE = 4
LONGEST_PAUSE_SECONDS = 0.25

# How often people open, amend, withdraw, pay, verify, add a need, deliver, decide and hold.
OFTEN = (4, 2, 1, 8, 3, 2, 8, 4, 1)
CATEGORIES = ("food", "nutrition", "health", "education", "disability_aid")


@dataclass
class Ledger:
    """What was accepted, by the id that the answer gave."""

    households: set[str] = field(default_factory=set)
    verified: set[str] = field(default_factory=set)
    needs: Counter[str] = field(default_factory=Counter)
    # Of a pledge: each quantity that was accepted, the latest last.
    pledges: dict[str, list[int]] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    contributions: dict[str, tuple[str, int]] = field(default_factory=dict)
    deliveries: dict[str, tuple[str, int, str]] = field(default_factory=dict)
    decisions: list[tuple[str, str]] = field(default_factory=list)
    holds: Counter[str] = field(default_factory=Counter)
    releases: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


class Person(threading.Thread):
    """Does one thing after another until told to stop.

    What is written down needs no lock: each key is one person's own, and a list grows by one at a time.
    """

    def __init__(self, machine: Machine, ledger: Ledger, seed: str) -> None:
        super().__init__(name=f"person {seed}", daemon=True)
        self.client = Client(machine)
        self.ended = threading.Event()
        self.failure: Exception | None = None
        # How many changes were accepted.
        self.accepted = 0
        self._ledger = ledger
        self._chance = random.Random(seed)
        # Amending and holding is left to whoever opened or verified: two would undo each other.
        self._my_pledges: list[str] = []
        self._my_households: list[str] = []

    def run(self) -> None:
        """Live."""
        doings = (
            *(self._open, self._amend, self._withdraw, self._pay, self._verify, self._add_need),
            *(self._deliver, self._decide, self._hold),
        )
        try:
            self._open()
            self._verify()
            while not self.ended.wait(LONGEST_PAUSE_SECONDS * self._chance.random()):
                self._chance.choices(doings, OFTEN)[0]()
        except Exception as failure:  # noqa: BLE001 - whoever waits for this thread raises it
            self.failure = failure

    def _taken(self, answer: Any) -> dict[str, Any] | None:
        if answer.status_code < 300:
            self.accepted += 1
            found: dict[str, Any] = answer.json()
            return found
        if answer.status_code < 500:
            self._ledger.refused[answer.json()["code"]] += 1
        return None

    def _post(self, role: str, service: str, path: str, body: Any = None) -> dict[str, Any] | None:
        return self._taken(self.client.send(role, "POST", service, path, body or {}))

    def _open(self) -> None:
        categories: list[list[str]] = [[], ["food"], ["health", "education"]]
        zakat = self._chance.random() < 0.3
        body: dict[str, Any] = {
            "resource": {"kind": "cash"},
            "quantity": self._chance.randint(2, 80) * 100_000,
            "fund": "zis" if zakat else "csr",
            "zakat": zakat,
            "strategy": "reduce_burden",
            "restrictions": {"categories": self._chance.choice(categories)},
            "reference": str(new_id()),
        }
        made = self._post("portal", "donations", "/v1/pledges", body)
        if made:
            self._ledger.pledges[made["id"]] = [body["quantity"]]
            self._my_pledges.append(made["id"])

    def _amend(self) -> None:
        if not self._my_pledges:
            return
        pledge = self._chance.choice(self._my_pledges)
        path = f"/v1/pledges/{pledge}"
        seen = self.client.send("portal", "GET", "donations", path)
        wanted = max(100_000, seen.json()["quantity"] + self._chance.randint(-10, 15) * 100_000)
        if seen.json()["status"] not in {"open", "exhausted"} or wanted == seen.json()["quantity"]:
            return
        tag = seen.headers["ETag"]
        answer = self.client.send(
            "portal", "PATCH", "donations", path, {"quantity": wanted}, **{"If-Match": tag}
        )
        if answer.status_code == 412:
            # The first try may have been the one that changed it: then it is as was asked for.
            again = self.client.send("portal", "GET", "donations", path)
            if again.json()["quantity"] != wanted:
                self._ledger.refused["changed_meanwhile"] += 1
                return
        elif self._taken(answer) is None:
            return
        self._ledger.pledges[pledge].append(wanted)

    def _withdraw(self) -> None:
        if len(self._my_pledges) < 3:
            return
        pledge = self._my_pledges.pop(self._chance.randrange(len(self._my_pledges)))
        if self._post("portal", "donations", f"/v1/pledges/{pledge}/withdraw"):
            self._ledger.withdrawn.add(pledge)

    def _pay(self) -> None:
        waiting = self.client.list("portal", "donations", "/v1/allocations?status=reserved&limit=100")
        payable = [one for one in waiting if one["open"]]
        if not payable:
            return
        one = self._chance.choice(payable)
        part = one["open"] if self._chance.random() < 0.8 else self._chance.randint(1, one["open"])
        body = {
            "allocation": one["id"],
            "quantity": part,
            "paid_on": clock.today().isoformat(),
            "reference": str(new_id()),
        }
        made = self._post("portal", "donations", "/v1/contributions", body)
        if made:
            self._ledger.contributions[made["id"]] = (one["id"], part)

    def _verify(self) -> None:
        made = self._post("verifier", "programs", "/v1/households", household())
        if not made:
            return
        self._ledger.households.add(made["id"])
        visit = self._post("verifier", "programs", f"/v1/households/{made['id']}/visits")
        assert visit, "a visit that nobody else asked for was refused"
        wanted = [self._need(category) for category in self._chance.sample(CATEGORIES, 2)]
        result = {
            "client_id": str(new_id()),
            "visited_at": clock.now().isoformat(),
            "outcome": "found",
            "answers": answers(),
            "needs": wanted,
        }
        done = self._post("tksk", "programs", f"/v1/visits/{visit['id']}/result", result)
        assert done, "a result was refused"
        self._ledger.needs[made["id"]] += len(wanted)
        decision = {"decision": "verify", "reason": "seen", "valid_until": _in_days(300)}
        if self._post("approver", "programs", f"/v1/households/{made['id']}/decision", decision):
            self._ledger.verified.add(made["id"])
            self._my_households.append(made["id"])

    def _need(self, category: str) -> dict[str, Any]:
        quantity = self._chance.choice([2, 5, 8, 13, 60]) * 100_000
        return need(quantity=quantity, value_idr=quantity, category=category)

    def _add_need(self) -> None:
        if self._my_households:
            home = self._chance.choice(self._my_households)
            wanted = self._need(self._chance.choice(CATEGORIES))
            if self._post("tksk", "programs", f"/v1/households/{home}/needs", wanted):
                self._ledger.needs[home] += 1

    def _deliver(self) -> None:
        paid = self.client.list("tksk", "programs", "/v1/allocations?status=contributed&limit=100")
        if not paid:
            return
        one = self._chance.choice(paid)
        outcome = "delivered" if self._chance.random() < 0.85 else "failed"
        body = {
            "allocation": one["id"],
            "client_id": str(new_id()),
            "quantity": one["quantity"],
            "handed_over_at": clock.now().isoformat(),
            "outcome": outcome,
        } | ({"reason": "nobody was there"} if outcome == "failed" else {})
        made = self._post("tksk", "programs", "/v1/deliveries", body)
        if made:
            self._ledger.deliveries[made["id"]] = (one["id"], body["quantity"], outcome)

    def _decide(self) -> None:
        found = self.client.list("approver", "programs", "/v1/allocations?limit=100")
        live = [one for one in found if one["status"] in {"proposed", "reserved", "held", "contributed"}]
        if not live:
            return
        one = self._chance.choice(live)
        (word,) = self._chance.choices(["approve", "hold", "veto"], [6, 3, 1])
        body = {"reason": str(new_id())}
        if self._post("approver", "programs", f"/v1/allocations/{one['id']}/{word}", body):
            self._ledger.decisions.append((one["id"], word))

    def _hold(self) -> None:
        if not self._my_households:
            return
        home = self._chance.choice(self._my_households)
        if self._post("verifier", "programs", f"/v1/households/{home}/hold", {"reason": "asked to wait"}):
            self._ledger.holds[home] += 1
            if self._post("verifier", "programs", f"/v1/households/{home}/release"):
                self._ledger.releases[home] += 1


@contextmanager
def load(machine: Machine, ledger: Ledger, seed: int) -> Iterator[list[Person]]:
    """Let people use Helix for the length of a `with` block; what they began they end before it is over."""
    people = [Person(machine, ledger, f"{seed}-{n}") for n in range(PEOPLE)]
    for person in people:
        person.start()
    try:
        yield people
    finally:
        for person in people:
            person.ended.set()
    deadline = clock.now() + timedelta(minutes=2)
    while any(person.is_alive() for person in people):
        # Somebody may wait for what was killed last.
        machine.revive()
        people[0].join(0.2)
        assert clock.now() < deadline, "somebody still waits for an answer"
    for person in people:
        if person.failure is not None:
            raise person.failure
    # What these people send is always well-formed.
    assert not ledger.refused.keys() & {"invalid", "unreadable", "internal_error", "not_found"}, (
        ledger.refused
    )
    broken = [line for person in people for line in person.client.broken]
    assert broken == [], broken


def _in_days(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def said_of(people: Sequence[Person]) -> str:
    """Say how much was accepted, and how often it had to be asked for again."""
    repeats = sum(person.client.repeats for person in people)
    return f"{sum(person.accepted for person in people)} changes accepted, {repeats} requests sent again"

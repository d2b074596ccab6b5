"""A clock that is set back and forth breaks no order, revives nothing that is over and loses nothing."""

import importlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from services.reporting.app import SERVICE as REPORTING
from services.reporting.rebuild.operations import rebuild
from shared import clock
from shared.ids import new_id
from shared.settings import SERVICES
from shared.worker import Worker
from tests.books import problems
from tests.conftest import bearer
from tests.drain import Drain
from tests.prefixed_bus import PrefixedBus
from tests.programs.people import answers, household, need

Ask = Callable[..., Any]

PEOPLE = (
    *(("programs", role) for role in ("verifier", "tksk", "approver")),
    ("donations", "admin"),
)
AREAS = {"tksk": "35.17.01"}

# Days by which the clock is wrong, one after the other.
JUMPS = (0, -2, 1, -30, 0, 3, -1)


class Regency:
    """The three services in one process, whose clock can be set."""

    def __init__(self, make_app: Callable[..., Flask], bus: PrefixedBus) -> None:
        self.apps = {service: make_app(service) for service in SERVICES}
        self.urls = {service: app.config["HELIX"].database_url for service, app in self.apps.items()}
        self.bus = bus
        # The library that reads tokens has a clock of its own: they are of the time before all jumps.
        self._people = {
            (service, role): bearer(self.apps[service], role, area=AREAS.get(role))
            for service, role in PEOPLE
        }
        self._drain = Drain([self._worker(service) for service in SERVICES])

    def _worker(self, service: str) -> Worker:
        app = self.apps[service]
        parts = importlib.import_module(f"services.{service}.app").SERVICE
        with app.app_context():
            sessions = sessionmaker(
                app.extensions["sqlalchemy"].engine, class_=Session, expire_on_commit=False
            )
        return Worker(app.config["HELIX"], sessions, self.bus, handlers=parts.handlers, tasks=parts.tasks)

    def ask(self, service: str, role: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send a request as one with a role."""
        who = self._people[service, role]
        return self.apps[service].test_client().open(path, method=method, json=body, headers=who | headers)

    def donor(self) -> dict[str, str]:
        """Return an organisation's own header."""
        made = (
            self.apps["donations"]
            .test_client()
            .post("/v1/stakeholders", json={"name": "Contoh", "kind": "private", "contact_email": "a@b.id"})
        )
        stakeholder = made.get_json()["id"]
        assert (
            self.ask("donations", "admin", "POST", f"/v1/stakeholders/{stakeholder}/approve").status_code
            == 200
        )
        wanted = {"name": "k", "scopes": ["pledges:read", "pledges:write", "contributions:write"]}
        key = self.ask("donations", "admin", "POST", f"/v1/stakeholders/{stakeholder}/keys", wanted)
        return {"Authorization": f"Bearer {key.get_json()['key']}"}

    def give(self, who: dict[str, str], method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Ask donations for something as an organisation."""
        return (
            self.apps["donations"].test_client().open(path, method=method, json=body, headers=who | headers)
        )

    def move(self) -> None:
        """Publish, apply and run the tasks until nothing moves."""
        self._drain.run()

    def rows(self, service: str, statement: str) -> list[Any]:
        """Ask a service's database."""
        with (
            self.apps[service].app_context(),
            self.apps[service].extensions["sqlalchemy"].engine.connect() as all_,
        ):
            return list(all_.execute(text(statement)))

    def wrong(self) -> list[str]:
        """Return what the books say is wrong."""
        return problems(*self.urls.values(), at_rest=True)

    def close(self) -> None:
        """Let go of connections."""
        self._drain.close()


@pytest.fixture
def regency(make_app: Callable[..., Flask], bus: PrefixedBus) -> Iterator[Regency]:
    """The three services, on each bus."""
    found = Regency(make_app, bus)
    found.move()
    yield found
    found.close()


def _verified(regency: Regency) -> str:
    """Register, visit and verify a household with one need; return its id."""
    made = regency.ask("programs", "verifier", "POST", "/v1/households", household())
    home = made.get_json()["id"]
    visit = regency.ask("programs", "verifier", "POST", f"/v1/households/{home}/visits", {}).get_json()["id"]
    result = {
        "client_id": str(new_id()), "visited_at": clock.now().isoformat(), "outcome": "found",
        "answers": answers(), "needs": [need(quantity=100_000, value_idr=100_000)],
    }  # fmt: skip
    assert regency.ask("programs", "tksk", "POST", f"/v1/visits/{visit}/result", result).status_code == 200
    decision = {"decision": "verify", "reason": "seen"}
    path = f"/v1/households/{home}/decision"
    assert regency.ask("programs", "approver", "POST", path, decision).status_code == 200
    return str(home)


def _pledge(**changed: Any) -> dict[str, Any]:
    return {
        "resource": {"kind": "cash"}, "quantity": 1_000_000, "fund": "csr", "strategy": "reduce_burden",
    } | changed  # fmt: skip


def _days_ago(days: int) -> str:
    return (clock.today() - timedelta(days=days)).isoformat()


def test_a_clock_that_jumps_breaks_no_order_and_no_book(regency: Regency) -> None:
    donor = regency.donor()
    pledge = regency.give(
        donor, "POST", "/v1/pledges", _pledge(quantity=5_000_000, opens_on=_days_ago(60))
    ).get_json()["id"]
    for number, days in enumerate(JUMPS):
        with clock.shifted(timedelta(days=days)):
            _verified(regency)
            regency.move()
            shown = regency.give(donor, "GET", f"/v1/pledges/{pledge}")
            tag = {"If-Match": shown.headers["ETag"]}
            more = {"quantity": 5_000_000 + number * 1000 + 1}
            assert regency.give(donor, "PATCH", f"/v1/pledges/{pledge}", more, **tag).status_code == 200
            for row in regency.give(donor, "GET", "/v1/allocations?status=reserved").get_json()["data"]:
                paid = {
                    "allocation": row["id"], "quantity": row["open"], "reference": str(new_id()),
                    "paid_on": clock.today().isoformat(),
                }  # fmt: skip
                assert regency.give(donor, "POST", "/v1/contributions", paid).status_code == 201
            regency.move()
            # Reporting drops the minutes of days before, which is nothing that a trend shows.
            assert [fault for fault in regency.wrong() if "minutes of the day" not in fault] == []
    changed = regency.rows(
        "donations", "SELECT data->>'quantity' FROM timeline_entry WHERE code = 'pledge_amended' ORDER BY id"
    )
    assert [int(row[0]) for row in changed] == [5_000_000 + n * 1000 + 1 for n in range(len(JUMPS))]
    assert regency.rows("programs", "SELECT version FROM pledge") == [(1 + len(JUMPS),)]
    assert regency.rows("programs", "SELECT count(*) FROM allocation WHERE contributed = quantity") == [
        (len(JUMPS),)
    ]


def test_what_is_over_stays_over_when_the_clock_goes_back(regency: Regency) -> None:
    donor = regency.donor()
    home = _verified(regency)
    ends = (clock.today() + timedelta(days=2)).isoformat()
    short = regency.give(donor, "POST", "/v1/pledges", _pledge(expires_on=ends, quantity=60_000)).get_json()[
        "id"
    ]
    regency.move()
    with clock.shifted(timedelta(days=5)):
        regency.move()
        assert regency.give(donor, "GET", f"/v1/pledges/{short}").get_json()["status"] == "expired"
    with clock.shifted(timedelta(days=400)):
        regency.move()
        # Its verification ran out.
        assert regency.rows("programs", "SELECT id::text FROM household WHERE status = 'lapsed'") == [(home,)]
    regency.move()
    shown = regency.give(donor, "GET", f"/v1/pledges/{short}").get_json()
    assert (shown["status"], shown["balance"]["reserved"], shown["balance"]["free"]) == ("expired", 0, 0)
    assert regency.rows("programs", "SELECT status FROM household") == [("lapsed",)]
    # Reporting shows only the minutes of the last days, and drops those of before; a rebuild has them again.
    rebuild(regency.urls["reporting"], regency.bus, REPORTING.handlers)
    assert regency.wrong() == []


def test_a_doubled_request_is_one_whatever_the_clock_said_at_first(regency: Regency) -> None:
    donor = regency.donor()
    key = {"Idempotency-Key": "the only one"}
    made = set()
    for hours in (0, -30, 20, 0):
        with clock.shifted(timedelta(hours=hours)):
            answer = regency.give(donor, "POST", "/v1/pledges", _pledge(), **key)
            made.add((answer.status_code, answer.get_json()["id"]))
    assert len(made) == 1


def test_an_event_that_comes_again_after_the_clock_jumped_ahead_takes_effect_once(regency: Regency) -> None:
    donor = regency.donor()
    regency.give(donor, "POST", "/v1/pledges", _pledge())
    regency.move()
    with clock.shifted(timedelta(days=120)):
        # Every task runs, also those that forget what is old.
        regency.move()
    known = regency.rows("programs", "SELECT count(*) FROM inbox")[0][0]
    assert known > 0, "the ids of events of today were forgotten"

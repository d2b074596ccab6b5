"""Households to register, and the people who work on them. Nobody here exists."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from services.programs.app import SERVICE
from services.programs.database import db
from shared import clock
from shared.ids import new_id
from shared.worker.tasks import run_once

_serials = count(1)


def nik(born: str = "010180", *, woman: bool = False, area: str = "351701") -> str:
    """Return a NIK nobody has got yet."""
    day = int(born[:2]) + (40 if woman else 0)
    return f"{area}{day:02d}{born[2:]}{next(_serials):04d}"


def kk(area: str = "351701") -> str:
    """Return a KK number nobody has got yet."""
    return f"{area}010120{next(_serials):04d}"


def member(**changed: Any) -> dict[str, Any]:
    """Return a member as the API takes it: the head unless it is changed."""
    return {
        "nik": nik(woman=True),
        "name": "Warga Contoh",
        "born_on": "1980-01-01",
        "sex": "female",
        "relation": "head",
        "attributes": [],
    } | changed


def household(**changed: Any) -> dict[str, Any]:
    """Return a household as the API takes it: a woman alone unless it is changed."""
    return {
        "kk_number": kk(),
        "address": "Dusun Contoh RT 01 RW 02",
        "desa": "35.17.01.2001",
        "decile": {"value": 1, "source": "P3KE", "vintage": "2023"},
        "housing": {
            "roof": "genteng",
            "wall": "bambu",
            "floor": "tanah",
            "water": "sumur",
            "sanitation": "tidak_ada",
            "lighting": "pln",
        },
        "members": [member()],
    } | changed


def need(**changed: Any) -> dict[str, Any]:
    """Return a need as the API takes it: a million rupiah for food unless it is changed."""
    return {
        "category": "food",
        "quantity": 1_000_000,
        "unit": "IDR",
        "value_idr": 1_000_000,
        "urgency": 4,
        "indivisible": False,
    } | changed


def answers(**changed: Any) -> dict[str, Any]:
    """Return what a household that was met must answer: a woman alone unless it is changed."""
    return {
        "lives_here": True,
        "people": 1,
        "earners": 1,
        "monthly_spending_idr": 300_000,
        "house_condition": "damaged",
        "drinking_water": "protected",
        "toilet": "none",
        "lighting": "shared",
    } | changed


@dataclass(frozen=True)
class Office:
    """The service with its people, each a header that proves who calls."""

    app: Flask
    client: FlaskClient
    bearer: Callable[..., dict[str, str]]
    verifier: dict[str, str]
    approver: dict[str, str]
    planner: dict[str, str]
    auditor: dict[str, str]
    tksk: dict[str, str]

    def post(self, path: str, body: Any, who: dict[str, str], **headers: str) -> TestResponse:
        """Send JSON as somebody."""
        return self.client.post(path, json=body, headers=who | headers)

    def get(self, path: str, who: dict[str, str]) -> TestResponse:
        """Read as somebody."""
        return self.client.get(path, headers=who)

    def register(self, **changed: Any) -> str:
        """Register a household; return its id."""
        response = self.post("/v1/households", household(**changed), self.verifier)
        assert response.status_code == 201, response.json
        return str(response.get_json()["id"])

    def assign(self, household_id: str) -> str:
        """Ask for a visit; return its id."""
        response = self.post(f"/v1/households/{household_id}/visits", {}, self.verifier)
        assert response.status_code == 201, response.json
        return str(response.get_json()["id"])

    def visit(self, household_id: str, **changed: Any) -> TestResponse:
        """Ask for a visit, and make it."""
        visit = self.assign(household_id)
        return self.post(f"/v1/visits/{visit}/result", result(**changed), self.tksk)

    def decide(self, household_id: str, **changed: Any) -> TestResponse:
        """Decide as the approver."""
        body = {"decision": "verify", "reason": "Sesuai hasil kunjungan."} | changed
        return self.post(f"/v1/households/{household_id}/decision", body, self.approver)

    def verified(self, **changed: Any) -> str:
        """Register, visit and verify a household; return its id."""
        household_id = self.register(**changed)
        assert self.visit(household_id).status_code == 200
        assert self.decide(household_id).status_code == 200
        return household_id

    def work(self, task_name: str) -> bool:
        """Run a task of the worker once; return whether there is more to do."""
        task = next(task for task in SERVICE.tasks if task.name == task_name)
        with self.app.app_context():
            sessions = sessionmaker(db.engine, class_=Session, expire_on_commit=False)
            return run_once(task, self.app.config["HELIX"], sessions)

    def work_off(self, task_name: str) -> int:
        """Run a task until there is nothing more to do; return how often it ran."""
        runs = 1
        while self.work(task_name):
            runs += 1
        return runs


def result(**changed: Any) -> dict[str, Any]:
    """Return what a visit found, as a phone sends it."""
    return {
        "client_id": str(new_id()),
        "visited_at": clock.now().isoformat(),
        "outcome": "found",
        "answers": answers(),
        "needs": [],
    } | changed


def open_office(app: Flask, bearer: Callable[..., dict[str, str]]) -> Office:
    """Let one person of each role in; the TKSK is of 35.17.01."""
    roles = {role: bearer(app, role) for role in ("verifier", "approver", "planner", "auditor")}
    return Office(app, app.test_client(), bearer, tksk=bearer(app, "tksk", area="35.17.01"), **roles)

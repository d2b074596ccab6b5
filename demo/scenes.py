"""The scenes: each is what one kind of person does in a day, over the API."""

import io
import logging
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from demo.cast import CAST, HOME, PLAYED, make_pledge
from demo.client import Client, Refused
from demo.door import answer_form, find_needs
from demo.registry import write_csv
from demo.stage import Stage, subdistrict_of
from shared import areas
from shared.ids import new_id

_log = logging.getLogger(__name__)

_SCOPES = ["pledges:read", "pledges:write", "contributions:write"]

# The sub-district of the social worker in access.json, and how much of each kind of work is left
# undone there and elsewhere, so that whoever signs in finds something to do.
HOME_AREA = "35.17.01"
_LEFT = 4

# How a visit ends, a decision falls, a hand-over goes: most often well.
_VISIT_OUTCOMES = {"found": 96, "not_found": 2, "moved": 2}
_DECISIONS = {"verify": 95, "reject": 5}
_DELIVERY_OUTCOMES = {"delivered": 97, "failed": 3}


def upload_registry(stage: Stage) -> None:
    """The planner uploads the synthetic registry, once."""
    if stage.state["registry"] is None:
        out = io.StringIO(newline="")
        write_csv(out)
        file = ("registri-sintetis.csv", out.getvalue().encode(), "text/csv")
        stage.state["registry"] = stage.officer("planner").post(
            "programs", "/v1/imports", files={"file": file}
        )["id"]
        stage.remember()


def await_registry(stage: Stage, *, rows: int | None = None) -> None:
    """The planner waits until every row, or so many, has its receipt."""
    path = f"/v1/imports/{stage.state['registry']}"
    while True:
        found = stage.officer("planner").get("programs", path)
        if found["state"] not in {"queued", "running"} or (rows is not None and found["done"] >= rows):
            return
        time.sleep(0.2)


def meet_stakeholders(stage: Stage) -> None:
    """Organisations of all six kinds register, the planner approves them, the admin hands out keys."""
    for organisation in CAST:
        if organisation.name in stage.state["portals"]:
            continue
        found = stage.public.post(
            "donations",
            "/v1/stakeholders",
            {
                "name": organisation.name,
                "kind": organisation.kind,
                "contact_email": "contoh@example.org",
                "about": "Organisasi contoh untuk peragaan; tidak ada di dunia nyata.",
            },
        )
        stage.officer("planner").post("donations", f"/v1/stakeholders/{found['id']}/approve")
        key = stage.officer("admin").post(
            "donations", f"/v1/stakeholders/{found['id']}/keys", {"name": "Portal", "scopes": _SCOPES}
        )
        stage.state["portals"][organisation.name] = {"id": found["id"], "key": key["key"]}
        stage.remember()


def pledge(stage: Stage) -> None:
    """Each organisation pledges through its portal."""
    for organisation in CAST:
        pledge_one(stage, organisation.name)


def pledge_one(stage: Stage, name: str) -> None:
    """One organisation pledges."""
    organisation = next(found for found in CAST if found.name == name)
    number = stage.state["pledges"] + 1
    body = make_pledge(organisation, stage.random, number=number, today=stage.today)
    _attempt(stage.portal(name), "donations", "/v1/pledges", body)
    stage.state["pledges"] = number
    stage.remember()


def recall_visits(stage: Stage) -> None:
    """Remember to whom somebody was sent before the last stop."""
    stage.met |= {visit["household"] for visit in stage.officer("verifier").every("programs", "/v1/visits")}


def waiting_households(stage: Stage, villages: list[str]) -> Iterator[dict[str, Any]]:
    """Yield households that nobody has looked at yet: two of a village, then on to another one."""
    while True:
        before = len(stage.met)
        for desa in stage.random.sample(villages, len(villages)):
            query = {"desa": desa, "status": "registered", "limit": 25}
            found = stage.officer("verifier").get("programs", "/v1/households", **query)["data"]
            for household in [one for one in found if one["id"] not in stage.met][:2]:
                stage.met.add(household["id"])
                yield household
        if len(stage.met) == before:
            return


def verify(stage: Stage, household: dict[str, Any], *, leave: str = "") -> None:
    """A household is visited by the social worker of its sub-district; another officer decides.

    `leave` is `visit` or `decision` where that is left to whoever signs in.
    """
    visit = _attempt(stage.officer("verifier"), "programs", f"/v1/households/{household['id']}/visits", {})
    stage.state["visits"] += 1
    if visit is None or leave == "visit":
        return
    outcome = "found" if leave else _draw(stage, _VISIT_OUTCOMES)
    worker = stage.social_worker(subdistrict_of(household["desa"]))
    path = f"/v1/visits/{visit['id']}/result"
    if _attempt(worker, "programs", path, _result(stage, household, outcome)) is not None and not leave:
        _decide(stage, household, outcome)


def leave_work(stage: Stage) -> None:
    """Some visits and decisions of one sub-district are left to whoever signs in."""
    waiting = waiting_households(stage, areas.children_of(HOME_AREA))
    for leave in ("visit", "decision"):
        for household in islice(waiting, _LEFT):
            verify(stage, household, leave=leave)


def _result(stage: Stage, household: dict[str, Any], outcome: str) -> dict[str, Any]:
    found = outcome == "found"
    return {
        "client_id": str(new_id()),
        "visited_at": stage.now.isoformat(),
        "outcome": outcome,
        "answers": answer_form(stage.random, household["people"]) if found else {"lives_here": False},
        "needs": find_needs(stage.random, household["attributes"]) if found else [],
    }


def _decide(stage: Stage, household: dict[str, Any], outcome: str) -> None:
    decision = _draw(stage, _DECISIONS) if outcome == "found" else "reject"
    if decision == "verify":
        body = {"decision": decision, "reason": "Sesuai hasil kunjungan."}
    else:
        body = {"decision": decision, "reason": "not_poor" if outcome == "found" else outcome}
    _attempt(stage.officer("approver"), "programs", f"/v1/households/{household['id']}/decision", body)


def approve_large_ones(stage: Stage) -> None:
    """Officers give their word for the allocations whose amount asks for it."""
    verifier = stage.officer("verifier")
    # What a pledge had in hand pays for the next household at once, before anyone approved it.
    live = (
        allocation
        for status in ("reserved", "contributed")
        for allocation in verifier.every("programs", "/v1/allocations", status=status)
    )
    waiting = [allocation for allocation in live if allocation["awaits_approval"]]
    for allocation in waiting[_LEFT:]:
        for role in ("verifier", "approver")[: allocation["approvals_needed"] - allocation["approvals"]]:
            _attempt(stage.officer(role), "programs", f"/v1/allocations/{allocation['id']}/approve")


def contribute(stage: Stage, *, at_most: int) -> None:
    """Each portal pays or hands over what was reserved of its pledges and waits for nobody's word."""
    for organisation in CAST:
        portal = stage.portal(organisation.name)
        # What a visitor pledged in the organisation's name is the visitor's to pay.
        pledges = portal.every("donations", "/v1/pledges")
        played = {pledge["id"] for pledge in pledges if (pledge["reference"] or "").startswith(PLAYED)}
        reserved = portal.every("donations", "/v1/allocations", status="reserved")
        payable = [one for one in reserved if one["standing"] == "payable" and one["pledge"] in played]
        for allocation in payable[_LEFT if organisation.name == HOME else 0 :][:at_most]:
            body = {
                "allocation": allocation["id"],
                "quantity": allocation["open"],
                "paid_on": stage.today.isoformat(),
                "reference": f"BAYAR-{allocation['id'][-12:]}",
            }
            _attempt(portal, "donations", "/v1/contributions", body)


def deliver(stage: Stage, districts: list[str], *, at_most: int) -> None:
    """The social workers hand over what has been paid for, at the door."""
    for district in districts:
        worker = stage.social_worker(district)
        left = _LEFT if district == HOME_AREA else 0
        paid = worker.get("programs", "/v1/allocations", status="contributed", limit=100)["data"]
        ready = [allocation for allocation in paid if not allocation["awaits_approval"]]
        for allocation in ready[left : left + at_most]:
            outcome = _draw(stage, _DELIVERY_OUTCOMES)
            body = {
                "allocation": allocation["id"],
                "client_id": str(new_id()),
                "quantity": allocation["contributed"] - allocation["delivered"],
                "handed_over_at": stage.now.isoformat(),
                "outcome": outcome,
            } | ({"reason": "Keluarga sedang tidak di rumah."} if outcome == "failed" else {})
            _attempt(worker, "programs", "/v1/deliveries", body)


def _draw(stage: Stage, outcomes: dict[str, int]) -> str:
    return stage.random.choices(list(outcomes), weights=list(outcomes.values()))[0]


def _attempt(client: Client, service: str, path: str, body: Any = None) -> Any:
    """Post; where a rule refuses (somebody was quicker, a person holds it) the play simply goes on."""
    try:
        return client.post(service, path, {} if body is None else body)
    except Refused as refusal:
        _log.warning("%s: %s", path, refusal)
        return None

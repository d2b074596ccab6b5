"""How each line of the policy is called: what its address is filled with, and a body that is in order."""

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

from shared import clock
from shared.ids import new_id
from tests.access.callers import AREAS
from tests.access.policy import Line
from tests.access.world import handing_over, payment
from tests.donations.facts import pledge_body
from tests.programs.files import row, write
from tests.programs.people import household, need, result
from tests.programs.policy.office import CHANGED

Things = dict[str, str]

# What stands in an address and is no thing of anybody's.
_FILLED = {
    "type_name": "id.helix.donations.pledge-opened.v1",
    "name": "helix.css",
    "code": "35.17.01",
    "version": "1",
    "identity": "extreme_poverty_rate",
}
_STEPS = {"donations": "what", "programs": "outcome"}
_USUAL = {
    "household": "verified",
    "visit": "visit of asked",
    "match": "allocation",
}
# Where another thing is meant than usual: one that stands so that the call may be made.
_MEANT = {
    "POST /households/{household}/decision": "seen",
    "POST /v1/households/{household}/decision": "seen",
    "POST /households/{household}/release": "held",
    "POST /v1/households/{household}/release": "held",
    "POST /households/{household}/hold": "new",
    "POST /v1/households/{household}/hold": "new",
    "POST /households/{household}/visit": "new",
    "POST /v1/households/{household}/visits": "new",
    "POST /visits/to-assign": "also_new",
    "POST /needs/{need}/as-cash": "need in goods",
    "POST /v1/needs/{need}/as-cash": "need in goods",
    "POST /needs/{need}/close": "open need",
    "POST /v1/needs/{need}/close": "open need",
    "GET /visits/{visit}/{step}": "visit of begun",
    "POST /visits/{visit}/{step}": "visit of begun",
    "POST /v1/contributions": "allocation",
    "POST /v1/deliveries": "allocation",
}
# What else somebody must have for the call to be in order.
_NEEDED = {"POST /pledges/{pledge}/pay": "allocation"}
# Whose target is named by the body alone.
_IN_BODY = {"POST /v1/contributions", "POST /v1/deliveries", "POST /visits/to-assign"}


def _file(things: Things) -> dict[str, Any]:
    return {"data": {"file": (io.BytesIO(write([row()])), "registri.csv")}}


def _paid(_things: Things) -> dict[str, Any]:
    day = clock.today().isoformat()
    return {"data": {"quantity": "100000", "paid_on": day, "reference": "r", "submission": str(new_id())}}


def _form(**fields: str) -> Callable[[Things], dict[str, Any]]:
    return lambda _things: {"data": fields}


def _json(body: Any) -> Callable[[Things], dict[str, Any]]:
    return lambda _things: {"json": body}


def _wrong() -> dict[str, str]:
    """Return credentials that nobody has, of another name each time: guesses at one are counted."""
    return {"username": new_id().hex, "password": "no password at all"}


_GIVER = {"name": "Yayasan Baru", "kind": "philanthropy", "contact_email": "new@giver.example"}
_VERSION_1 = {"If-Match": '"1"'}

BODIES: dict[str, Callable[[Things], dict[str, Any]]] = {
    "POST /register": _form(**_GIVER),
    "POST /sign-in": lambda _: {"data": _wrong()},
    "POST /v1/tokens": lambda _: {"json": _wrong()},
    "POST /allocations/{allocation}/pay": _paid,
    "POST /pledges/{pledge}/pay": _paid,
    "POST /pledges/{pledge}/amend": _form(quantity="450000", expires_on="", version="1"),
    "POST /pledge/{step}": _form(what="cash", quantity="1000"),
    "POST /v1/contributions": lambda things: {"json": payment(things["allocation"])},
    "POST /v1/pledges": lambda _: {"json": pledge_body(reference=new_id().hex)},
    "PATCH /v1/pledges/{pledge}": lambda _: {"json": {"quantity": 450_000}, "headers": _VERSION_1},
    "POST /v1/stakeholders": _json(_GIVER),
    "POST /v1/stakeholders/{stakeholder}/keys": _json({"name": "another", "scopes": ["pledges:read"]}),
    "POST /v1/stakeholders/{stakeholder}/suspend": _json({"reason": "Under review"}),
    "POST /deliveries/{allocation}": lambda _: {
        "data": {"outcome": "delivered", "quantity": "100000", "submission": str(new_id())}
    },
    "POST /households/{household}/decision": _form(decision="verify", verify_reason="Sesuai."),
    "POST /households/{household}/hold": _form(hold_code="objection"),
    "POST /imports": _file,
    "POST /matches/{match}": _form(decision="hold", hold_reason="In doubt"),
    "POST /needs/{need}/close": _form(reason="Met otherwise"),
    "POST /policy/draft": _form(
        based_on="1",
        order_1="urgency",
        rerouted_until="contributed",
        displaced_until="told",
        approval_threshold_idr="100",
        second_person_threshold_idr="1000",
    ),
    "POST /policy/draft/adopt": _form(number="1"),
    "POST /policy/draft/dry-run": _form(number="1"),
    "POST /policy/draft/withdraw": _form(number="1"),
    "POST /visits/{visit}/{step}": _form(answer="found"),
    "POST /visits/to-assign": lambda things: {"data": {"household": things["also_new"]}},
    "POST /v1/allocations/{allocation}/approve": _json({}),
    "POST /v1/allocations/{allocation}/hold": _json({"reason": "In doubt"}),
    "POST /v1/allocations/{allocation}/veto": _json({"reason": "No longer here"}),
    "POST /v1/deliveries": lambda things: {"json": handing_over(things)},
    "POST /v1/households": lambda things: {"json": household(desa=things["village"])},
    "POST /v1/households/{household}/decision": _json({"decision": "verify"}),
    "POST /v1/households/{household}/hold": _json({"reason": "objection"}),
    "POST /v1/households/{household}/needs": lambda _: {"json": need(category="health")},
    "POST /v1/households/{household}/release": _json({}),
    "POST /v1/households/{household}/visits": _json({}),
    "POST /v1/imports": _file,
    "POST /v1/needs/{need}/close": _json({"reason": "Met otherwise"}),
    "PUT /v1/policy": lambda _: {"json": CHANGED, "headers": _VERSION_1},
    "DELETE /v1/policy/draft": lambda _: {"headers": _VERSION_1},
    "POST /v1/policy/draft/adopt": lambda _: {"headers": _VERSION_1},
    "POST /v1/visits/{visit}/result": lambda _: {"json": result()},
}


def letters_of(line: Line, things: dict[str, Things]) -> Sequence[str | None]:
    """Return about whose things a call can be made: those of each who has such, and of none that is there."""
    thing = thing_of(line)
    if line.name == "POST /v1/households":
        return list(AREAS)
    if thing is None:
        return [None]
    needed = {thing, _NEEDED.get(line.name, thing)}
    return [letter for letter in things if needed <= things[letter].keys()] + ["missing"]


def thing_of(line: Line) -> str | None:
    """Return what the call is about, by its name in the world."""
    if line.name in _IN_BODY:
        return _MEANT[line.name]
    named = [name for name in re.findall(r"{(\w+)}", line.path) if name not in {*_FILLED, "step"}]
    return _MEANT.get(line.name) or _USUAL.get(named[0], named[0]) if named else None


def fill(line: Line, of: Things) -> tuple[str, dict[str, Any]]:
    """Return the address and what is sent, about the things of somebody."""
    thing = thing_of(line)
    filled = _FILLED | {"step": _STEPS.get(line.service, "")}
    path = re.sub(r"{(\w+)}", lambda found: filled.get(found[1]) or of[str(thing)], line.path)
    body = BODIES.get(line.name)
    return path, body(of) if body else {}


def nobodys(line: Line) -> Things:
    """Return things that are not there."""
    thing = thing_of(line)
    return {thing: str(new_id())} if thing else {}

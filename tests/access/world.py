"""What there is to be seen: two organisations, two sub-districts, and in each of them the same story.

What belongs to organisation A lies in the sub-district A, and so with B. S is suspended and P not yet
approved. Each thing has a name, by which the tests ask for it: `world.things["A"]["visit"]`.
"""

import io
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Flask

from shared import clock
from shared.ids import new_id
from tests.access.callers import AREAS, SCOPES, Door, everybody
from tests.access.joined import Joined, answer_of
from tests.conftest import bearer
from tests.donations.facts import pledge_body
from tests.programs.files import row, write
from tests.programs.people import household, need, result
from tests.programs.policy.office import CHANGED

Person = dict[str, str]


@dataclass
class World:
    """The apps, everybody who may call them, and the ids of what is in them."""

    joined: Joined
    things: dict[str, dict[str, str]] = field(default_factory=lambda: {letter: {} for letter in "ABSP"})
    keys: dict[str, str] = field(default_factory=dict)
    door: Door = field(init=False)

    def call(
        self, service: str, method: str, path: str, who: Person, body: Any = None, **options: Any
    ) -> Any:
        """Send what must be accepted; return what is answered."""
        options |= {} if body is None else {"json": body}
        client = self.joined[service].test_client()
        return answer_of(client.open(path, method=method, headers=who, **options))


def tell_story(joined: Joined) -> World:
    """Make the world: what everybody else did before the callers come."""
    world = World(joined)
    admin, planner = bearer(joined["donations"], "admin"), bearer(joined["donations"], "planner")
    for letter in world.things:
        _take_part(world, letter, admin, planner)
    revoked = _make_key(world, "a key that was revoked", "A", "pledges:write", admin)
    client = joined["donations"].test_client()
    assert client.delete(f"/v1/keys/{revoked}", headers=admin).status_code == 204
    staff = _staff(joined["programs"])
    for letter in AREAS:
        _registry(world, letter, staff)
    for letter in "ABS":
        _pledge(world, letter)
    path = f"/v1/stakeholders/{world.things['S']['stakeholder']}/suspend"
    world.call("donations", "POST", path, planner, {"reason": "Under review"})
    joined.exchange()
    for letter in AREAS:
        _fulfil(world, letter, staff)
    _draft(world)
    _let_in(world)
    return world


def _take_part(world: World, letter: str, admin: Person, planner: Person) -> None:
    """Register an organisation; approve it, all but P, and give it a key of each scope and one more."""
    things = world.things[letter]
    things["stakeholder"] = _register(world, letter)
    if letter != "P":
        world.call("donations", "POST", f"/v1/stakeholders/{things['stakeholder']}/approve", planner)
        for scope in SCOPES:
            _make_key(world, f"key of {letter}, {scope}", letter, scope, admin)
        things["key"] = _make_key(world, f"one more of {letter}", letter, "pledges:read", admin)


def _let_in(world: World) -> None:
    owners = {letter: UUID(things["stakeholder"]) for letter, things in world.things.items()}
    world.door = Door(world.joined.apps, owners, world.keys)
    for caller in everybody():
        world.door.admit(caller)


def _register(world: World, letter: str) -> str:
    body = {
        "name": f"Yayasan {letter * 7}",
        "kind": "philanthropy",
        "contact_email": f"{letter}@giver.example",
    }
    return str(world.call("donations", "POST", "/v1/stakeholders", {}, body)["id"])


def _make_key(world: World, name: str, letter: str, scope: str, admin: Person) -> str:
    path = f"/v1/stakeholders/{world.things[letter]['stakeholder']}/keys"
    made = world.call("donations", "POST", path, admin, {"name": name, "scopes": [scope]})
    world.keys[name] = made["key"]
    return str(made["id"])


def _staff(programs: Flask) -> dict[str, Person]:
    roles = {role: bearer(programs, role) for role in ("verifier", "approver")}
    roles |= {f"planner {letter}": bearer(programs, "planner", area=area) for letter, area in AREAS.items()}
    return roles | {f"tksk {letter}": bearer(programs, "tksk", area=area) for letter, area in AREAS.items()}


def _registry(world: World, letter: str, staff: dict[str, Person]) -> None:
    """Register households at each point of their way: the names say how far each has come."""
    things, village = world.things[letter], f"{AREAS[letter]}.2001"
    things["village"] = village

    def do(path: str, who: str, body: Any) -> Any:
        return world.call("programs", "POST", path, staff[who], body)

    for name in ("new", "asked", "begun", "seen", "held", "verified", "also_new"):
        home = household(desa=village, address=f"Dusun {letter * 5}")
        home["members"][0]["name"] = f"Warga {letter * 6} {name}"
        things[f"numbers of {name}"] = f"{home['members'][0]['nik']} {home['kk_number']}"
        things[name] = do("/v1/households", "verifier", home)["id"]
    for name in ("asked", "begun", "seen", "verified"):
        visit = do(f"/v1/households/{things[name]}/visits", "verifier", {})["id"]
        things[f"visit of {name}"] = visit
        if name in {"seen", "verified"}:
            do(f"/v1/visits/{visit}/result", f"tksk {letter}", result())
    do(f"/v1/households/{things['held']}/hold", "verifier", {"reason": "objection"})
    do(f"/v1/households/{things['verified']}/decision", "approver", {"decision": "verify"})
    needs = {
        "need": need(quantity=300_000, value_idr=300_000),
        "open need": need(category="education", quantity=111_111, value_idr=111_111),
        "need in goods": need(
            category="nutrition", item="nutrition_pack", unit="pack", quantity=7, value_idr=None
        ),
    }
    for name, body in needs.items():
        path = f"/v1/households/{things['verified']}/needs"
        things[name] = do(path, f"tksk {letter}", body)["id"]
    file = {"file": (io.BytesIO(write([row(kode_desa=village), row(nik="12")])), "registri.csv")}
    job = (
        world.joined["programs"]
        .test_client()
        .post("/v1/imports", data=file, headers=staff[f"planner {letter}"])
    )
    things["job"] = answer_of(job)["id"]
    world.joined.run_tasks("programs")


def _pledge(world: World, letter: str) -> None:
    """Pledge for the food of the organisation's own sub-district; what is left over stays free."""
    key = {"Authorization": f"Bearer {world.keys[f'key of {letter}, pledges:write']}"}
    restrictions = {"areas": [AREAS.get(letter, "35.17.09")], "categories": ["food"]}
    body = pledge_body(quantity=500_000, restrictions=restrictions, reference=f"ref {letter * 6}")
    world.things[letter]["pledge"] = world.call("donations", "POST", "/v1/pledges", key, body)["id"]


def _fulfil(world: World, letter: str, staff: dict[str, Person]) -> None:
    """Pay two thirds of what was matched, and hand over one: something is left to do for everybody."""
    things = world.things[letter]
    key = {"Authorization": f"Bearer {world.keys[f'key of {letter}, pledges:write']}"}
    payer = {"Authorization": f"Bearer {world.keys[f'key of {letter}, contributions:write']}"}
    found = world.call("donations", "GET", f"/v1/allocations?pledge={things['pledge']}", key)["data"]
    (things["allocation"],) = [one["id"] for one in found]
    paid = payment(things["allocation"]) | {"quantity": 200_000}
    things["contribution"] = world.call("donations", "POST", "/v1/contributions", payer, paid)["id"]
    world.joined.exchange()
    made = world.call("programs", "POST", "/v1/deliveries", staff[f"tksk {letter}"], handing_over(things))
    things["delivery"] = made["id"]
    world.joined.exchange()
    receipts = world.call("donations", "GET", "/v1/receipts", key)["data"]
    things["receipt"] = next(one["id"] for one in receipts if one["pledge"] == things["pledge"])


def _draft(world: World) -> None:
    """Draft another policy, for somebody else to adopt."""
    drafter = bearer(world.joined["programs"], "planner") | {"If-Match": '"1"'}
    world.call("programs", "PUT", "/v1/policy", drafter, CHANGED)
    world.joined.run_tasks("programs")


def payment(allocation: str) -> dict[str, Any]:
    """Return the payment of what is still open of an allocation, as the API takes it."""
    return {
        "allocation": allocation,
        "quantity": 100_000,
        "paid_on": clock.today().isoformat(),
        "reference": new_id().hex,
    }


def handing_over(things: dict[str, str]) -> dict[str, Any]:
    """Return the handing over of a third of an allocation, as the API takes it."""
    return {
        "allocation": things["allocation"],
        "client_id": str(new_id()),
        "quantity": 100_000,
        "handed_over_at": clock.now().isoformat(),
        "outcome": "delivered",
    }

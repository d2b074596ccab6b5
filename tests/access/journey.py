"""A journey of the people of `seeds`, and every fault that can be provoked with what is known of them."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from requests import Response

from shared import clock
from shared.ids import new_id
from tests.access.policy import POLICY, Line
from tests.access.seeds import SEEDS
from tests.e2e.running import Running, eventually
from tests.programs.files import row, write
from tests.programs.people import answers, kk, need

NAME, CHILD = (seed.text for seed in SEEDS if seed.kind == "name")
NIK, CHILDS_NIK = (seed.text for seed in SEEDS if seed.kind == "nik")
KK = next(seed.text for seed in SEEDS if seed.kind == "kk")
ADDRESS = next(seed.text for seed in SEEDS if seed.kind == "address")
BORN, CHILD_BORN = (seed.text for seed in SEEDS if seed.kind == "born")
NOTE = " ".join(seed.text for seed in SEEDS if seed.kind in {"phone", "note"})
VILLAGE = "35.17.01.2001"


def household(**changed: Any) -> dict[str, Any]:
    """Return the household of the seeds, as the API takes it."""
    head = {"nik": NIK, "name": NAME, "born_on": BORN, "sex": "female", "relation": "head"}
    child = {"nik": CHILDS_NIK, "name": CHILD, "born_on": CHILD_BORN, "sex": "male", "relation": "child"}
    return {
        "kk_number": KK,
        "address": ADDRESS,
        "desa": VILLAGE,
        "decile": {"value": 1, "source": "P3KE", "vintage": "2023"},
        "housing": dict.fromkeys(("roof", "wall", "floor", "water", "sanitation", "lighting"), "none"),
        "members": [head | {"attributes": []}, child | {"attributes": []}],
    } | changed


def play(helix: Running) -> dict[str, str]:
    """Go the whole way, from the file to the receipt; return the ids of what was met on it."""
    faulty = [
        row(nik=NIK[:-1], nama=NAME, alamat=ADDRESS, tanggal_lahir=BORN),
        row(nik=NIK, nama=CHILD, alamat=ADDRESS, tanggal_lahir=f"{BORN}x", no_kk=KK, hubungan=NAME),
        row(id_keluarga="K2", nik=CHILDS_NIK, nama=NAME, kode_desa=KK, no_kk=kk(), desil=NIK),
    ]
    for _ in range(2):
        upload(helix, write(faulty))
    made = helix.ok("POST", "programs", "/v1/households", helix.as_role("verifier"), json=household())
    found = {"household": made["id"]}
    visit = helix.ok("POST", "programs", f"/v1/households/{made['id']}/visits", helix.as_role("verifier"))
    seen = {
        "client_id": str(new_id()),
        "visited_at": clock.now().isoformat(),
        "outcome": "found",
        "answers": answers(people=2, note=NOTE),
        "needs": [need(quantity=500_000, value_idr=500_000), need(category="health")],
    }
    helix.ok("POST", "programs", f"/v1/visits/{visit['id']}/result", helix.as_role("tksk"), json=seen)
    path = f"/v1/households/{made['id']}"
    for step, role, body in (
        ("hold", "verifier", {"reason": f"{NAME}: {NOTE}"}),
        ("release", "verifier", {"reason": f"{NIK} {NOTE}"}),
        ("decision", "approver", {"decision": "verify", "reason": f"{NAME}, {ADDRESS}: {NOTE}"}),
    ):
        helix.ok("POST", "programs", f"{path}/{step}", helix.as_role(role), json=body)
    return found | {"visit": visit["id"]} | _give(helix)


def _give(helix: Running) -> dict[str, str]:
    """Pledge, be matched, pay, hand over; hold one match, and veto another."""
    giver = helix.as_portal()
    pledge = {
        "resource": {"kind": "cash"},
        "quantity": 2_000_000,
        "fund": "csr",
        "strategy": "reduce_burden",
        "expires_on": (clock.today() + timedelta(days=30)).isoformat(),
    }
    opened = helix.ok("POST", "donations", "/v1/pledges", giver, json=pledge)["id"]
    look = f"/v1/allocations?pledge={opened}"
    matched = eventually(lambda: two(helix.ok("GET", "donations", look, giver)["data"]), 60)
    food = next(one["id"] for one in matched if one["category"] == "food")
    other = next(one["id"] for one in matched if one["category"] == "health")
    paid = {"allocation": food, "quantity": 500_000, "paid_on": clock.today().isoformat(), "reference": "1"}
    helix.ok("POST", "donations", "/v1/contributions", giver, json=paid)
    officer, social_worker = helix.as_role("verifier"), helix.as_role("tksk")
    said = {"reason": f"{NAME} {NIK}: {NOTE}"}
    helix.ok("POST", "programs", f"/v1/allocations/{other}/hold", officer, json=said)
    helix.ok("POST", "programs", f"/v1/allocations/{other}/veto", officer, json=said)
    eventually(
        lambda: helix.ok("GET", "programs", f"/v1/allocations/{food}", social_worker)["contributed"], 60
    )
    handed = {"allocation": food, "client_id": str(new_id()), "handed_over_at": clock.now().isoformat()}
    failed = {"quantity": 100_000, "outcome": "failed", "reason": f"{NAME}: {NOTE}"}
    done = {"quantity": 400_000, "outcome": "delivered"}
    helix.ok("POST", "programs", "/v1/deliveries", social_worker, json=handed | done)
    helix.ok("POST", "programs", "/v1/deliveries", social_worker, json=handed | failed | {"client_id": "2"})
    eventually(lambda: helix.ok("GET", "donations", "/v1/receipts", giver)["data"], 60)
    return {"allocation": food, "pledge": opened, "match": food}


def two(found: list[Any]) -> list[Any] | None:
    """Return two matches that are set aside, once there are two."""
    reserved = [one for one in found if one["status"] == "reserved"]
    return reserved if len(reserved) >= 2 else None


def upload(helix: Running, content: bytes) -> str:
    """Bring a file in, and wait until it is worked off."""
    file = {"file": (f"{NAME} {NIK}.csv", io.BytesIO(content))}
    planner = helix.as_role("planner")
    job = helix.ok("POST", "programs", "/v1/imports", planner, files=file)["id"]
    eventually(lambda: helix.ok("GET", "programs", f"/v1/imports/{job}", planner)["state"] == "finished", 60)
    return str(job)


def provoke(helix: Running, known: dict[str, str]) -> Iterator[tuple[str, Response]]:
    """Make every call of the three services wrong, in whatever part of it can be; yield the answers."""
    for service, table in POLICY.items():
        for line in table.values():
            if line.path in {"/v1/tokens", "/sign-in"}:
                continue
            who = _who(helix, line)
            for what, path, options in _wrongs(line, known):
                yield (
                    f"{what}: {service} {line.name}",
                    helix.call(line.method, service, path, who, allow_redirects=False, **options),
                )
    yield (
        "double",
        helix.call("POST", "programs", "/v1/households", helix.as_role("planner"), json=household()),
    )
    yield from _wrong_sign_ins(helix)


def _who(helix: Running, line: Line) -> dict[str, str]:
    roles = sorted(line.who & {"donor", "tksk", "verifier", "approver", "planner", "auditor", "admin"})
    return helix.as_role(roles[0]) if roles and not line.is_page else {}


def _wrongs(line: Line, known: dict[str, str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield addresses and options that are wrong by a seed in the path, the query, a header, or the body."""
    seeded, real = line.path, line.path
    for name in _variables(line.path):
        seeded = seeded.replace(f"{{{name}}}", f"{NIK} {NAME}")
        real = real.replace(f"{{{name}}}", known.get(name, str(new_id())))
    yield "path", f"{seeded}/{KK}", {}
    yield "path", seeded, {}
    yield "query", real, {"params": {"nik": NIK, "area": NAME, "status": KK, "limit": BORN, "after": NOTE}}
    headers = {"If-None-Match": f'"{NIK}"', "If-Match": f'"{NAME[:8]}"', "X-Correlation-Id": NIK}
    yield "header", real, {"headers": headers | {"X-Request-Id": KK, "Authorization": f"Bearer {NIK}"}}
    if line.method != "GET":
        yield "field", real, {"json": {NIK: NAME, "reason": [NOTE]} | {"kk_number": KK}}
        yield "value", real, {"json": household(desa=ADDRESS, decile=NIK)}
        yield "list", real, {"json": [NAME, NIK]}
        yield "broken", real, {"data": f'{{"nik": {NIK}', "headers": {"Content-Type": "application/json"}}
        yield "form", real, {"data": {"nama": NAME, "reason": NOTE, "quantity": NIK, "username": NAME}}
        yield "kind", real, {"data": NOTE, "headers": {"Content-Type": NIK}}


def _variables(path: str) -> list[str]:
    return [part.partition("}")[0] for part in path.split("{")[1:]]


def _wrong_sign_ins(helix: Running) -> Iterator[tuple[str, Response]]:
    for service in ("donations", "programs"):
        body = {"username": NAME, "password": NIK}
        yield "sign in", helix.call("POST", service, "/v1/tokens", json=body)
        yield "sign in", helix.call("POST", service, "/sign-in", data=body | {"going": f"//{NIK}"})
        yield "method", helix.call(NIK, service, f"/v1/{NIK}", headers={"Cookie": f"helix_{service}={NAME}"})

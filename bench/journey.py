"""From a pledge over HTTP to its match in `/v1/summary`: beside a bare path of as many hops and commits."""

import io
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from random import Random
from typing import Any
from uuid import UUID

import psycopg
import requests

from bench.bare_hops import TOPICS, prepare
from bench.machine import Machine, await_answer, machine
from bench.processors import Meter, per_one
from bench.result import Result
from demo.door import answer_form
from demo.registry import make_households, rows, write_rows
from demo.scenes import HOME_AREA
from helix.local.kafka import free_ports
from shared import clock
from shared.ids import new_id

TURNS = 3
AT_REST = 25
A_SECOND = 50
SECONDS = 6
HOUSEHOLDS = 40
QUANTITY = 10_000
GIVE_UP_SECONDS = 60.0

_PLEDGE = {"resource": {"kind": "cash"}, "quantity": QUANTITY, "fund": "csr", "strategy": "reduce_burden"}
# More than what all pledges of a measurement promise together.
_NEED = {
    "category": "food",
    "unit": "IDR",
    "quantity": 3_000_000,
    "value_idr": 3_000_000,
    "urgency": 4,
    "indivisible": False,
}


@dataclass(frozen=True, slots=True)
class Way:
    """One of the two: where pledges go, with which header, and where the sum of the matched can be read."""

    pledges: str
    summary: str
    headers: dict[str, str]

    def post(self, session: requests.Session) -> None:
        """Pledge once."""
        session.post(
            self.pledges, json=_PLEDGE, headers=self.headers | {"Idempotency-Key": new_id().hex}, timeout=30
        ).raise_for_status()


class Reader:
    """Reads the sum of the matched as everybody sees it; what has not changed is not sent again."""

    def __init__(self, way: Way) -> None:
        self._url = way.summary
        self._session = requests.Session()
        self._matched = 0

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def matched(self) -> int:
        """Return how many rupiah are matched."""
        answer = self._session.get(self._url, timeout=30)
        if answer.status_code != requests.codes.not_modified:
            self._matched = int(answer.json()["funding"]["reserved"] or 0)
            if "ETag" in answer.headers:
                self._session.headers["If-None-Match"] = answer.headers["ETag"]
        return self._matched


def measure() -> list[Result]:
    """Measure both buses, at rest and under a steady stream."""
    return [line for bus in ("builtin", "kafka") for line in _measure(bus)]


def _measure(bus: str) -> Iterator[Result]:
    with machine(bus) as found:
        found.start_all()
        _register_households(found)
        ours = Way(
            f"{found.urls['donations']}/v1/pledges",
            f"{found.urls['reporting']}/v1/summary",
            {"Authorization": f"Bearer {found.access['portal']['key']}"},
        )
        beside = _start_bare(found, bus)
        for name, aim, one_turn in (("idle", "2; p99 60 ms", _at_rest), (f"{A_SECOND}/s", "2", _in_a_stream)):
            meters = (Meter(), Meter())
            turns: list[tuple[list[float], list[float]]] = []
            began = clock.now()
            for _ in range(TURNS):
                taken = []
                for way, meter in zip((ours, beside), meters, strict=True):
                    with meter.turn():
                        taken.append(one_turn(way))
                turns.append((taken[0], taken[1]))
            yield _result(f"pledge to match, {bus}, {name}", turns, aim)
            yield from _stages(found, began)
            number = sum(len(turn[0]) for turn in turns)
            yield per_one("processor time for each, polling included", meters, [number, number])
            yield Result("processors busy", meters[0].busy(), meters[1].busy())


def _stages(found: Machine, began: datetime) -> Iterator[Result]:
    """Yield how long it was from the pledge to the proposal, and from there to what was reserved."""
    opened = _instants(found, "donations", "SELECT id, created_at FROM pledge", began)
    proposed = _instants(found, "programs", "SELECT id, created_at, pledge_id FROM allocation", began)
    reserved = _instants(found, "donations", "SELECT id, created_at FROM allocation", began)
    to_proposal = [at - opened[pledge][0] for at, pledge in proposed.values()]
    to_reserved = [reserved[allocation][0] - at for allocation, (at, _) in proposed.items()]
    for name, taken in (
        ("of it until programs proposes", to_proposal),
        ("of it until donations has reserved", to_reserved),
    ):
        yield Result(name, f"p50 {1_000 * statistics.median(one.total_seconds() for one in taken):.0f} ms")


def _instants(found: Machine, service: str, rows: str, began: datetime) -> dict[UUID, Any]:
    with psycopg.connect(found.settings(service).database_url) as connection:
        return {row[0]: row[1:] for row in connection.execute(f"{rows} WHERE created_at >= %s", (began,))}


def _result(name: str, turns: list[tuple[list[float], list[float]]], aim: str) -> Result:
    ratio = statistics.median(statistics.median(one) / statistics.median(other) for one, other in turns)
    ours, beside = (_told([turn[side] for turn in turns]) for side in (0, 1))
    return Result(name, ours, beside, ratio, aim)


def _told(turns: list[list[float]]) -> str:
    times = sorted(1_000 * seconds for turn in turns for seconds in turn)
    return f"p50 {statistics.median(times):.0f} ms, p99 {times[int(0.99 * len(times))]:.0f} ms"


def _at_rest(way: Way) -> list[float]:
    """Pledge, wait until it is matched, pledge again; return the seconds of each."""
    taken = []
    with requests.Session() as session, Reader(way) as reader:
        for _ in range(AT_REST):
            goal = reader.matched() + QUANTITY
            began = time.perf_counter()
            way.post(session)
            _await(lambda goal=goal: reader.matched() >= goal)  # type: ignore[misc]
            taken.append(time.perf_counter() - began)
            time.sleep(0.05)
    return taken


def _in_a_stream(way: Way) -> list[float]:
    """Pledge steadily; return the seconds from each pledge until as many are matched."""
    number = A_SECOND * SECONDS
    began = [0.0] * number
    start = time.perf_counter()

    def post(places: range) -> None:
        with requests.Session() as session:
            for place in places:
                time.sleep(max(0.0, start + place / A_SECOND - time.perf_counter()))
                began[place] = time.perf_counter()
                way.post(session)

    clients = [threading.Thread(target=post, args=(range(first, number, 4),)) for first in range(4)]
    seen: list[float] = []
    with Reader(way) as reader:
        before = reader.matched()
        for client in clients:
            client.start()

        def all_seen() -> bool:
            arrived = (reader.matched() - before) // QUANTITY
            seen.extend([time.perf_counter()] * (arrived - len(seen)))
            return arrived >= number

        _await(all_seen)
    for client in clients:
        client.join()
    return [there - here for here, there in zip(sorted(began), seen, strict=True)]


def _await(is_there: Callable[[], bool]) -> None:
    deadline = time.perf_counter() + GIVE_UP_SECONDS
    while not is_there():
        if time.perf_counter() > deadline:
            raise SystemExit("a match did not arrive")
        time.sleep(0.005)


def _start_bare(found: Machine, bus: str) -> Way:
    """Start the bare path on the same servers."""
    database = found.postgres.ensure_database("bare")
    settings = found.settings("reporting")
    place = (bus, settings.bus_database_url if bus == "builtin" else settings.kafka_bootstrap[0])
    connection = found.bus()
    prepare(connection, database)
    connection.close()
    address = f"127.0.0.1:{free_ports()[0]}"
    app = f"bench.bare_hops:make_journey_app({', '.join(map(repr, (database, *place)))})"
    web = [sys.executable, "-m", "gunicorn", app, "--bind", address]
    found.start("bare-web", [*web, "--worker-class", "gthread", "--workers", "1", "--threads", "8"])
    for hop in range(len(TOPICS)):
        found.start(f"bare-{hop}", [sys.executable, "-m", "bench.bare_hops", database, str(hop), *place])
    await_answer(f"http://{address}/healthz")
    time.sleep(2)
    return Way(f"http://{address}/v1/pledges", f"http://{address}/v1/summary", {})


def _register_households(found: Machine) -> None:
    """Bring some households in, visited and verified, with needs for more than will be pledged."""
    planner, verifier, worker, approver = map(found.person, ("planner", "verifier", "tksk", "approver"))
    out = io.StringIO(newline="")
    those = [one for one in make_households(people=7408, seed=3517) if one.desa.startswith(HOME_AREA)]
    write_rows(out, list(rows(those[:HOUSEHOLDS])))
    file = ("registry.csv", out.getvalue().encode(), "text/csv")
    path = f"/v1/imports/{planner.post('programs', '/v1/imports', files={'file': file})['id']}"
    _await(lambda: planner.get("programs", path)["state"] == "finished")
    random = Random(HOUSEHOLDS)
    for household in islice(verifier.every("programs", "/v1/households", status="registered"), HOUSEHOLDS):
        visit = verifier.post("programs", f"/v1/households/{household['id']}/visits", {})
        result: dict[str, Any] = {
            "client_id": str(new_id()),
            "visited_at": clock.now().isoformat(),
            "outcome": "found",
            "answers": answer_form(random, household["people"]),
            "needs": [_NEED],
        }
        worker.post("programs", f"/v1/visits/{visit['id']}/result", result)
        approver.post(
            "programs",
            f"/v1/households/{household['id']}/decision",
            {"decision": "verify", "reason": "As the visit found."},
        )

"""How fast people are answered: with the history of the demonstration's registry, and with ten times as much."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from bench.history import fill_tables, fold_events
from bench.machine import Machine, await_answer, machine
from bench.result import Result
from shared.database import engine_options, sqlalchemy_url
from shared.settings import SERVICES

HOUSEHOLDS = 2_500
DAYS = 30
QUESTIONS = 200
TIMES = 10


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked for, in which role if not everyone may, and whether it is held to the aim."""

    service: str
    path: str
    role: str = ""
    aimed: bool = False


_PAGES = (
    Page("reporting", "/v1/summary", aimed=True),
    Page("reporting", "/", aimed=True),
    Page("reporting", "/areas/35.17.01"),
    Page("donations", "/board"),
    Page("programs", "/v1/gaps", "planner"),
    Page("programs", "/v1/households?limit=25", "tksk"),
)
_AIM = "50 ms; 1.2"


@dataclass(frozen=True, slots=True)
class _Place:
    """A Helix with a history, and sessions on its database of reporting."""

    found: Machine
    sessions: sessionmaker[Session]


def measure() -> list[Result]:
    """Ask each page of two instances in turns, one with ten times the other's history; the ratio is of their p99.

    Before reporting is asked an event is folded, so that nothing is answered from what was worked out before.
    """
    with _place(1) as short, _place(TIMES) as long:
        return [_compare(page, short, long) for page in _PAGES]


@contextmanager
def _place(times: int) -> Iterator[_Place]:
    with machine() as found:
        for service in SERVICES:
            found.start(service, ["helix", service, "web"])
        for url in found.urls.values():
            await_answer(f"{url}/readyz")
        _pledge(found)
        for service in ("donations", "programs"):
            fill_tables(service, found.settings(service).database_url, HOUSEHOLDS * times)
        engine = create_engine(sqlalchemy_url(found.settings("reporting").database_url), **engine_options())
        place = _Place(found, sessionmaker(engine))
        fold_events(place.sessions, HOUSEHOLDS * times, DAYS * times)
        yield place
        engine.dispose()


def _compare(page: Page, short: _Place, long: _Place) -> Result:
    asking = [_asking(page, place) for place in (short, long)]
    for ask in asking * 5:
        ask()
    turns = [(asking[0](), asking[1]()) for _ in range(QUESTIONS)]
    once, often = ([turn[side] for turn in turns] for side in (0, 1))
    ratio = _p99(often) / _p99(once)
    aim = _AIM if page.aimed else ""
    return Result(f"GET {page.path}, {TIMES}x beside 1x", _told(often), _told(once), ratio, aim)


def _asking(page: Page, place: _Place) -> Callable[[], float]:
    """Return what asks once, on a connection that is kept, and returns the milliseconds."""
    session = requests.Session()
    if page.role:
        session.headers["Authorization"] = f"Bearer {place.found.token(page.role)}"
    url = place.found.urls[page.service] + page.path

    def ask() -> float:
        if page.service == "reporting":
            fold_events(place.sessions, 1, 1)
        began = time.perf_counter()
        session.get(url, timeout=30).raise_for_status()
        return 1_000 * (time.perf_counter() - began)

    return ask


def _told(times: list[float]) -> str:
    return f"p50 {statistics.median(times):.0f} ms, p99 {_p99(times):.0f} ms"


def _p99(times: list[float]) -> float:
    return sorted(times)[int(0.99 * len(times))]


def _pledge(found: Machine) -> None:
    """Pledge once, so that there is a pledge that allocations can belong to."""
    body = {"resource": {"kind": "cash"}, "quantity": 10**9, "fund": "csr", "strategy": "reduce_burden"}
    with found.portal() as portal:
        portal.post("donations", "/v1/pledges", body)

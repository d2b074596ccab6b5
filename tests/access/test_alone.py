"""Whoever is limited to one organisation or area reads the same whether or not there are any others.

One world is read twice: as it is, and with all that is B's taken away. Lists, counts, filters, cursors,
validators and errors of those who belong to A must not differ in a single character.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from shared import clock
from shared.http.openapi import document
from tests.access.browsers import Browsers
from tests.access.callers import AREAS, Caller, everybody
from tests.access.kept import Kept
from tests.access.policy import POLICY, Line
from tests.access.requests_of import fill, thing_of
from tests.access.test_matrix import is_let_in, name_of
from tests.access.world import World

# What counts everybody's for everybody, suppressed where it would tell of few; and what is of the process.
_OF_ALL = {"GET /v1/gaps", "GET /metrics", "GET /readyz", "GET /openapi.json", "GET /docs"}
LINES = [
    line
    for service in ("donations", "programs")
    for line in POLICY[service].values()
    if line.method == "GET" and line.name not in _OF_ALL
]
# Filters of pages; those of the API stand in its document.
_PAGES: dict[str, dict[str, tuple[str, ...]]] = {
    "/audit": {"household": ("of B", "of A"), "person": ("nobody",), "before": ("3", "99")},
    "/households": {
        "status": ("registered", "verified"),
        "area": (AREAS["A"], AREAS["B"], f"{AREAS['B']}.2001"),
        "waiting": ("visit", "decision"),
        "held": ("1",),
        "after": ("of A", "of B"),
    },
    "/imports/{job}": {"outcome": ("created", "invalid"), "after": ("of B",)},
    "/matches": {"status": ("waiting", "not_handed_over", "reserved", "held"), "after": ("of A", "of B")},
    "/needs": {"status": ("open", "waiting", "covered"), "area": tuple(AREAS.values()), "after": ("of B",)},
    "/visits/to-assign": {"area": tuple(AREAS.values()), "after": ("of A", "of B")},
    "/visits": {"skip": ("1",)},
    "/deliveries": {"skip": ("1",)},
    "/pledges": {"status": ("open",), "before": ("of A", "of B")},
    "/receipts": {"before": ("of A", "of B")},
}
# What is nobody's in particular, or the caller's own answers.
_THE_SAME_FOR_ALL = {
    "/policy",
    "/policy/effect",
    "/v1/policy",
    "/v1/policy/draft",
    "/pledge",
    "/pledge/check",
}
_THING_OF_LIST = {"needs": "need", "visits": "visit of asked", "imports": "job", "matches": "allocation"}


@dataclass
class Twice:
    """The world as it is, and the same one without B."""

    world: World
    browsers: dict[str, Browsers]
    kept: dict[str, list[Kept]]

    def read(self, line: Line, caller: Caller, path: str, query: dict[str, str]) -> list[str]:
        """Return what somebody reads in each of the two."""
        return [
            _plain(browsers.send(line, caller, path, {"query_string": query}))
            for browsers in self.browsers.values()
        ]

    def forget(self, service: str) -> None:
        """Take back what reading has left."""
        for database in self.kept[service]:
            database.restore()


@pytest.fixture(scope="module")
def twice(world: World, alone: dict[str, Flask], kept: dict[str, Kept]) -> Iterator[Twice]:
    """The two worlds."""
    browsers = {
        "as it is": Browsers(world.joined.apps, world.door),
        "without B": Browsers(alone, world.door),
    }
    with ExitStack() as cleanup:
        both = {
            service: [kept[service], cleanup.enter_context(Kept(app.config["HELIX"].database_url))]
            for service, app in alone.items()
        }
        yield Twice(world, browsers, both)


@pytest.fixture(autouse=True)
def standing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages tell what time their figures are of."""
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)


def _plain(answer: Any) -> str:
    """Return an answer without what differs from one request to the next, and without ranks.

    A need's rank counts needs that the reader may not see: it is meant to tell how long the queue is.
    """
    text = re.sub(r'(value=|X-CSRFToken": )"[^"]*"', "-", answer.text)
    text = re.sub(r'"(rank|of)": *\d+|\b\d+ (dari|of) \d+\b', "-", text)
    text = text.replace(answer.headers["X-Request-Id"], "-")
    kept = {name: answer.headers.get(name) for name in ("ETag", "Location", "Link", "Cache-Control")}
    return f"{answer.status} {kept} {text}"


def queries(twice: Twice, line: Line) -> list[dict[str, str]]:
    """Return every filter of a list, with values that name what is A's and what is B's."""
    filters = dict(_PAGES.get(line.path, {}))
    if not line.is_page:
        described = document(twice.world.joined[line.service])["paths"]
        for parameter in described[_described(line.path, described)]["get"].get("parameters", []):
            if parameter.get("in") == "query":
                filters[parameter["name"]] = _values(parameter)
    thing = thing_of(line) or _thing_of_list(line.path)
    values = [(name, value) for name, each in filters.items() for value in each]
    return [{}] + [
        {
            name: twice.world.things[value[-1]].get(_named_by(name, thing), value)
            if value[:3] == "of "
            else value
        }
        for name, value in values
    ]


def _described(path: str, paths: dict[str, Any]) -> str:
    return next(one for one in paths if re.sub(r"_id}", "}", one) == path)


def _values(parameter: dict[str, Any]) -> tuple[str, ...]:
    schema = parameter["schema"]
    if schema.get("format") == "uuid":
        return ("of A", "of B")
    if "enum" in schema:
        return tuple(schema["enum"])
    return {"limit": ("1",), "reference": ("ref AAAAAA", "ref BBBBBB"), "max_decile": ("1",)}.get(
        parameter["name"], (*AREAS.values(), "35.17") if parameter["name"] in {"area", "desa"} else ("true",)
    )


def _thing_of_list(path: str) -> str:
    word = path.rstrip("/").rsplit("/", 1)[-1]
    return _THING_OF_LIST.get(word, word.removesuffix("s"))


def _named_by(filter_name: str, thing: str) -> str:
    """Return what thing a filter's value is the id of."""
    if filter_name in {"starting_after", "after", "before"}:
        return "verified" if thing in {"household", "to-assign"} else thing
    return {"household": "verified", "actor": "stakeholder"}.get(filter_name, filter_name)


def of_a(line: Line) -> list[Caller]:
    """Return those who are limited to A and may call."""
    limited = [caller for caller in everybody() if (caller.owner == "A" or caller.area == AREAS["A"])]
    return [
        caller
        for caller in limited
        if caller.standing(line.service, is_page=line.is_page) == "known"
        and (is_let_in(line, caller) or "everyone" in line.who)
    ]


@pytest.mark.parametrize("line", LINES, ids=name_of)
def test_who_belongs_to_a_reads_the_same_whether_or_not_there_is_b(twice: Twice, line: Line) -> None:
    twice.forget(line.service)
    for caller in of_a(line):
        for letter in ("A", "B"):
            path, _ = fill(line, twice.world.things[letter])
            for query in queries(twice, line):
                full, alone = twice.read(line, caller, path, query)
                assert full == alone, (caller.name, path, query)


@pytest.mark.parametrize(
    "line",
    [
        one
        for one in LINES
        if "everyone" not in one.who and "{" not in one.path and one.path not in _THE_SAME_FOR_ALL
    ],
    ids=name_of,
)
def test_b_is_there_to_be_seen_by_those_who_may(twice: Twice, line: Line) -> None:
    seers = [one for one in everybody() if one.area == AREAS["B"] or one.owner == "B" or one.area is None]
    read = [
        twice.read(line, caller, fill(line, {})[0], query)
        for query in queries(twice, line)
        for caller in seers
        if caller.standing(line.service, is_page=line.is_page) == "known" and is_let_in(line, caller)
    ]
    assert any(full != alone for full, alone in read)

"""Each route, each caller, each owner and area: what the policy says, and nothing else."""

import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from shared.settings import SERVICES
from tests.access.browsers import Browsers
from tests.access.callers import AREAS, Caller, everybody
from tests.access.kept import Kept
from tests.access.policy import POLICY, Line
from tests.access.requests_of import fill, letters_of, nobodys
from tests.access.world import World

LINES = [line for table in POLICY.values() for line in table.values()]
_VARIABLE = re.compile(r"<(?:[^<>]*:)?(\w+?)(?:_id)?>")
_NAMED = r"{\1}"

# What changes nothing in a database: it is kept in the browser, is so already, or waits for somebody else's draft.
_LEAVES_NO_TRACE = {
    "PUT /v1/policy",
    "POST /policy/draft",
    "POST /pledge/{step}",
    "POST /v1/stakeholders/{stakeholder}/approve",
    "POST /v1/allocations/{allocation}/approve",
}


def name_of(line: Line) -> str:
    """Name a test after its line of the policy."""
    return f"{line.service} {line.name}"


def names_of(app: Flask) -> set[str]:
    """Return the routes of an app as the policy names them."""
    return {
        f"{method} {_VARIABLE.sub(_NAMED, rule.rule)}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


@pytest.mark.parametrize("service", SERVICES)
def test_the_policy_names_every_route_and_no_other(world: World, service: str) -> None:
    assert names_of(world.joined[service]) == set(POLICY[service])


def expected(line: Line, caller: Caller, letter: str | None) -> int:
    """Return how the policy answers somebody about something of somebody."""
    standing = caller.standing(line.service, is_page=line.is_page)
    if standing == "refused":
        return 401
    if "everyone" in line.who:
        return line.answer
    if standing == "nobody":
        return 302 if line.is_page else 401
    if not is_let_in(line, caller):
        return 403
    if letter is not None and not caller.sees(line.whose, letter):
        return line.answer_about_others
    suspended = (letter or caller.owner) not in AREAS and (letter or caller.role == "donor" or caller.scope)
    return line.answer_to_suspended if suspended else line.answer


@pytest.fixture(scope="module")
def browsers(world: World) -> Browsers:
    """The browsers of all callers."""
    return Browsers(world.joined.apps, world.door)


def same(answer: TestResponse, named: str) -> str:
    """Return what two answers have in common that say the same of two things."""
    said = answer.text.replace(answer.headers["X-Request-Id"], "-").replace(named, "-")
    said = re.sub(r'name="(csrf_token|submission)" value="[^"]*"|X-CSRFToken[^}]*', "-", said)
    return f"{answer.status} {answer.content_type} {said}"


@pytest.mark.parametrize("line", LINES, ids=name_of)
def test_everybody_is_answered_as_the_policy_says_and_what_is_refused_changes_nothing(
    world: World, kept: dict[str, Kept], browsers: Browsers, line: Line
) -> None:
    database, wrong, worked = kept[line.service], [], 0
    database.restore()
    cells = [
        (caller, letter)
        for caller in everybody()
        # Who is not let in at all is not let in whatever it is about.
        for letter in letters_of(line, world.things)[: None if is_let_in(line, caller) else 1]
    ]
    refused = [cell for cell in cells if not is_allowed(line, *cell)]
    for caller, letter in refused:
        answer = call(world, browsers, line, caller, letter)
        wrong += misfit(line, caller, letter, answer)
    assert (wrong, database.restore()) == ([], set())
    for caller, letter in [cell for cell in cells if is_allowed(line, *cell)]:
        answer = call(world, browsers, line, caller, letter)
        wrong += misfit(line, caller, letter, answer)
        if line.method != "GET":
            worked += bool(database.restore())
    assert wrong == []
    # Reading leaves its lines in the audit log.
    assert database.restore() <= {"audit_entry", "audit_head"}
    assert worked or line.method == "GET" or "everyone" in line.who or line.name in _LEAVES_NO_TRACE


@pytest.mark.parametrize("line", [line for line in LINES if "{" in line.path], ids=name_of)
def test_what_is_not_ones_business_looks_as_if_it_were_not_there(world: World, line: Line) -> None:
    # Browsers that nothing was said to yet: what was done before is told on the next page.
    browsers = Browsers(world.joined.apps, world.door)
    for caller in filter(lambda caller: is_let_in(line, caller), everybody()):
        hidden = [
            letter for letter in letters_of(line, world.things) if expected(line, caller, letter) == 404
        ]
        told = {letter: look(world, browsers, line, caller, letter) for letter in hidden}
        assert len(set(told.values())) <= 1, (caller.name, told)


def is_let_in(line: Line, caller: Caller) -> bool:
    """Tell whether somebody may make such a call at all, about whatever it may be."""
    return bool(caller.rights & line.who) and not ("regency" in line.marks and caller.area is not None)


def is_allowed(line: Line, caller: Caller, letter: str | None) -> bool:
    """Tell whether the policy lets somebody do this, rather than answers something else."""
    return expected(line, caller, letter) < 400 and (letter is None or caller.sees(line.whose, letter))


def call(world: World, browsers: Browsers, line: Line, caller: Caller, letter: str | None) -> TestResponse:
    """Make a call about something of somebody's, or about what is not there."""
    things = nobodys(line) if letter == "missing" else world.things.get(letter or "", {})
    path, given = fill(line, things)
    return browsers.send(line, caller, path, given)


def misfit(line: Line, caller: Caller, letter: str | None, answer: TestResponse) -> list[str]:
    """Return what is wrong with an answer, if anything."""
    told = expected(line, caller, letter)
    return (
        [] if answer.status_code == told else [f"{caller.name}, {letter}: {answer.status_code}, not {told}"]
    )


def look(world: World, browsers: Browsers, line: Line, caller: Caller, letter: str | None) -> str:
    """Return all of an answer but what differs from one request to the next."""
    answer = call(world, browsers, line, caller, letter)
    said = re.sub(r'(value=|X-CSRFToken": )"[^"]*"', "-", answer.text)
    said = said.replace(answer.headers["X-Request-Id"], "-").replace(answer.request.path, "-")
    return f"{answer.status} {answer.content_type} {said}"

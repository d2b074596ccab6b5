"""What each answer says to a browser: nothing foreign runs, nothing is framed, nothing personal is kept."""

import re
from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from shared.settings import SERVICES
from tests.access.browsers import Browsers
from tests.access.callers import Caller, everybody
from tests.access.policy import POLICY, Line
from tests.access.requests_of import fill
from tests.access.test_matrix import is_let_in, name_of
from tests.access.world import World

GETS = [line for table in POLICY.values() for line in table.values() if line.method == "GET"]
_PLACES = ("Location", "Link", "Content-Location", "Refresh", "Set-Cookie", "Access-Control-Allow-Origin")
EVIL = "evil.example"


def one_who_may(line: Line) -> Caller:
    """Return somebody with as few limits as there are who may call."""
    return next(one for one in everybody() if _may(one, line))


def _may(caller: Caller, line: Line) -> bool:
    known = caller.standing(line.service, is_page=line.is_page) == "known"
    return "everyone" in line.who or (known and caller.owner in {None, "A"} and is_let_in(line, caller)
                                      and (caller.role != "donor" or caller.owner == "A")
                                      and (caller.role != "tksk" or caller.area == "35.17.01"))  # fmt: skip


@pytest.fixture(scope="module")
def answers(world: World) -> dict[Line, TestResponse]:
    """Each address read once by somebody who may, with a host of another's in the request."""
    browsers = Browsers(world.joined.apps, world.door)
    return {line: _read(world, browsers, line) for line in GETS}


def _read(world: World, browsers: Browsers, line: Line) -> TestResponse:
    path, _ = fill(line, world.things["A"])
    foreign = {
        "X-Forwarded-Host": EVIL,
        "Forwarded": f"host={EVIL}",
        "Origin": f"http://{EVIL}",
    }
    if not line.is_page or "everyone" in line.who:
        # To another host a browser would not send its cookie.
        foreign["Host"] = EVIL
    return browsers.send(line, one_who_may(line), path, {"headers": foreign})


def pages(answers: dict[Line, TestResponse]) -> Iterator[tuple[Line, TestResponse]]:
    """Return the answers that are pages."""
    return ((line, answer) for line, answer in answers.items() if answer.mimetype == "text/html")


def test_every_address_was_read(answers: dict[Line, TestResponse]) -> None:
    assert {line.name: answer.status_code for line, answer in answers.items()} == {
        line.name: line.answer for line in answers
    }
    assert len(list(pages(answers))) > 40


def test_no_answer_may_be_framed_sniffed_or_told_to_others(answers: dict[Line, TestResponse]) -> None:
    for line, answer in answers.items():
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy, name_of(line)
        assert "default-src 'none'" in policy, name_of(line)
        assert not re.search(r"unsafe-|\*|https?:", policy), name_of(line)
        assert answer.headers["X-Content-Type-Options"] == "nosniff", name_of(line)
        assert answer.headers["Referrer-Policy"] == "same-origin", name_of(line)
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", name_of(line)


def test_no_page_runs_or_styles_anything_within_itself(answers: dict[Line, TestResponse]) -> None:
    within = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=\"|\son\w+=\"|javascript:", re.IGNORECASE)
    for line, answer in pages(answers):
        assert not within.search(answer.text), (name_of(line), within.search(answer.text))


def test_no_page_loads_or_leads_anywhere_by_the_host_that_was_asked(
    answers: dict[Line, TestResponse],
) -> None:
    for line, answer in answers.items():
        assert EVIL not in answer.text, name_of(line)
        assert all(EVIL not in answer.headers.get(name, "") for name in _PLACES), name_of(line)
        assert "Access-Control-Allow-Origin" not in answer.headers, name_of(line)


def test_what_is_answered_to_somebody_is_kept_by_nobody(answers: dict[Line, TestResponse]) -> None:
    for line, answer in answers.items():
        if "everyone" not in line.who:
            assert answer.headers["Cache-Control"] == "no-store", name_of(line)
        elif "public" in answer.headers.get("Cache-Control", ""):
            assert "Set-Cookie" not in answer.headers, name_of(line)


def test_no_answer_is_a_sheet_whose_cells_could_be_formulas(answers: dict[Line, TestResponse]) -> None:
    # The day a sheet is answered, its cells that begin with = + - @, a tab or a line end belong here.
    sheets = [
        name_of(line)
        for line, answer in answers.items()
        if re.search("csv|sheet|excel", answer.mimetype or "")
    ]
    assert sheets == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_form_of_every_page_carries_a_token(answers: dict[Line, TestResponse], service: str) -> None:
    forms = [
        (name_of(line), form)
        for line, answer in pages(answers)
        if line.service == service
        for form in re.findall(r"<form\b.*?</form>", answer.text, re.DOTALL)
        if re.search(r'method="?post', form, re.IGNORECASE)
    ]
    assert [name for name, form in forms if 'name="csrf_token"' not in form] == []
    assert forms or service == "reporting"


POSTS = [
    line for table in POLICY.values() for line in table.values() if line.method != "GET" and line.is_page
]


@pytest.mark.parametrize("line", POSTS, ids=name_of)
@pytest.mark.parametrize("token", [None, "made-up"])
def test_no_page_takes_a_form_that_it_did_not_send(world: World, line: Line, token: str | None) -> None:
    browsers = Browsers(world.joined.apps, world.door)
    path, given = fill(line, world.things["A"])
    caller = one_who_may(line)
    browsers.forget_token(line.service, caller, token)
    answer = browsers.send(line, caller, path, given)
    assert answer.status_code == 400, answer.text
    assert "Set-Cookie" not in answer.headers or "account" not in answer.headers["Set-Cookie"]


@pytest.mark.parametrize("service", SERVICES)
def test_who_is_sent_to_sign_in_is_sent_to_this_host(world: World, service: str) -> None:
    client = world.joined[service].test_client()
    for line in (line for line in GETS if line.service == service and "everyone" not in line.who):
        answer = client.get(fill(line, world.things["A"])[0], headers={"Host": EVIL, "Accept": "text/html"})
        assert answer.status_code in {302, 401}
        assert answer.headers.get("Location", "/").startswith("/")
        assert not answer.headers.get("Location", "/").startswith("//")
        assert EVIL not in f"{answer.headers}{answer.text}"


@pytest.mark.parametrize("service", SERVICES)
def test_made_up_addresses_lead_nowhere(world: World, service: str) -> None:
    client = world.joined[service].test_client()
    for path in (
        "//evil.example/v1", "/v1/../static/../../settings.py", "/static/../app.py", "/static/%2e%2e/app.py",
        "/static/..%2f..%2fapp.py", "/static//etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/V1/households",
        "/v1/households/", "/v1//households", "/v1/households;x=1", "/v1/%68ouseholds%00", "/.env", "/.git/config",
    ):  # fmt: skip
        answer = client.get(path, headers={"Host": EVIL})
        assert answer.status_code in {401, 404}, (path, answer.status_code)
        assert EVIL not in f"{answer.headers}".replace(path, ""), path

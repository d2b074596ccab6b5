"""Who reads names, addresses and whole numbers of people; nobody else does, whatever they may see beside it."""

import pytest

from shared.auth.principal import OFFICERS
from tests.access.browsers import Browsers
from tests.access.callers import Caller, everybody
from tests.access.policy import POLICY, Line
from tests.access.requests_of import fill
from tests.access.test_matrix import is_let_in, name_of
from tests.access.world import World

# Names and addresses are for those who work on the case; whole numbers for those who compare them with
# papers: who registers, and who stands at the door.
_NAMES = {
    "GET /v1/households/{household}": {*OFFICERS, "tksk"},
    "GET /households/{household}": set(OFFICERS),
    "GET /visits": {"tksk"},
    "GET /visits/{visit}": {"tksk"},
    "GET /visits/{visit}/{step}": {"tksk"},
    "GET /deliveries": {"tksk"},
    "GET /deliveries/{allocation}": {"tksk"},
}
_NUMBERS = {
    "GET /v1/households/{household}": {"verifier", "tksk"},
    "GET /households/{household}": {"verifier"},
    "GET /visits/{visit}": {"tksk"},
}
READS = [line for line in POLICY["programs"].values() if line.method == "GET"]


def read(world: World, browsers: Browsers, line: Line, caller: Caller) -> str:
    """Return what somebody reads of the household that has come furthest, or of all of them."""
    path, _ = fill(line, world.things["A"])
    return browsers.send(line, caller, path, {}).text


@pytest.mark.parametrize("line", READS, ids=name_of)
def test_names_and_numbers_are_read_only_by_those_whose_work_needs_them(world: World, line: Line) -> None:
    browsers = Browsers(world.joined.apps, world.door)
    numbers = {
        number
        for things in world.things.values()
        for name, found in things.items()
        if name.startswith("numbers of ")
        for number in found.split()
    }
    assert len(numbers) > 20
    for caller in everybody():
        if caller.area not in {None, "35.17.01"} or not (is_let_in(line, caller) or "everyone" in line.who):
            continue
        text = read(world, browsers, line, caller)
        named = "Warga AAAAAA" in text or "Dusun AAAAA" in text
        sees_a = caller.role != "tksk" or caller.area is not None
        known = caller.standing("programs", is_page=line.is_page) == "known" and sees_a
        assert named == (known and caller.role in _NAMES.get(line.name, ())), caller.name
        whole = any(number in text for number in numbers)
        assert whole == (known and caller.role in _NUMBERS.get(line.name, ())), caller.name


@pytest.mark.parametrize("service", ["donations", "reporting"])
def test_no_other_service_names_anybody(world: World, service: str) -> None:
    browsers = Browsers(world.joined.apps, world.door)
    for line in (line for line in POLICY[service].values() if line.method == "GET"):
        for caller in (one for one in everybody() if one.area is None and is_let_in(line, one)):
            text = browsers.send(line, caller, fill(line, world.things["A"])[0], {}).text
            assert "Warga AAAAAA" not in text, (line.name, caller.name)
            assert world.things["A"]["verified"] not in text, "a household's id is for programs alone"

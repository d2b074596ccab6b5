"""Whatever happens, in whatever order: once it is at rest, every need has what the best match would give it."""

import pytest
from sqlalchemy.orm import Session

from services.programs.checks.queries import find_faults
from services.programs.matching.engine.residual import Residual
from services.programs.policy.queries import current_version
from services.programs.proposing.queries import find_need_states, find_pledge_states
from tests.programs.allocating.streams import Stream
from tests.programs.heard import TODAY
from tests.programs.scene import Scene

EVENTS = 60


def _differs(session: Session) -> dict[object, tuple[int, int]]:
    """Return (what it has, what it should have) of each need that a match from nothing would cover otherwise."""
    policy = current_version(session).rules()
    needs = find_need_states(session, "IDR", TODAY)
    given = {need.id: sum(need.parts.values()) for need in needs.values()}
    of_pledge: dict[object, int] = {}
    for need in needs.values():
        for pledge, part in need.parts.items():
            of_pledge[pledge] = of_pledge.get(pledge, 0) + part
    anew = Residual()
    anew.change(
        {need.id: need.demand(policy) for need in needs.values()},
        {
            pledge.id: pledge.supply(of_pledge.get(pledge.id, 0))
            for pledge in find_pledge_states(session, "IDR", TODAY).values()
        },
    )
    return {
        need.name: (given[need.name], need.covered)
        for need in anew.needs.values()
        if given[need.name] != need.covered
    }


@pytest.mark.parametrize("seed", range(6))
def test_after_everything_that_happens_the_match_is_the_best_there_is(scene: Scene, seed: int) -> None:
    stream = Stream(scene, seed)
    for place in range(EVENTS):
        what = stream.go_on()
        scene.settle()
        scene.check_books()
        assert scene.do(find_faults) == [], (place, what)
        assert scene.do(_differs) == {}, (place, what)


@pytest.mark.parametrize("seed", range(3))
def test_minimum_grants_leave_the_books_in_order(scene: Scene, seed: int) -> None:
    stream = Stream(scene, seed, minimum=True)
    for place in range(EVENTS):
        what = stream.go_on()
        scene.settle()
        scene.check_books()
        assert scene.do(find_faults) == [], (place, what)


@pytest.mark.parametrize("seed", range(2))
def test_it_is_the_same_where_nobody_has_the_market_in_mind(scene: Scene, seed: int) -> None:
    """A worker that begins anew at each step comes to the best too."""
    stream = Stream(scene, seed)
    for place in range(EVENTS // 2):
        what = stream.go_on()
        scene.replace_the_worker()
        scene.settle()
        assert scene.do(_differs) == {}, (place, what)

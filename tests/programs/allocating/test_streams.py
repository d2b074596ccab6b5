"""Whatever happens, in whatever order: once it is at rest, every need has what the best match would give it."""

import pytest

from services.programs.checks.queries import find_faults
from tests.programs.allocating.streams import Stream
from tests.programs.allocating.two_markets import TwoMarkets
from tests.programs.scene import Scene

EVENTS = 60


@pytest.mark.parametrize("seed", range(6))
def test_after_everything_that_happens_the_match_is_the_best_there_is(scene: Scene, seed: int) -> None:
    stream = Stream(scene, seed)
    for place in range(EVENTS):
        what = stream.go_on()
        scene.settle()
        scene.check_books()
        assert scene.do(find_faults) == [], (place, what)


@pytest.mark.parametrize("seed", range(3))
def test_minimum_grants_leave_the_books_in_order(scene: Scene, seed: int) -> None:
    stream = Stream(scene, seed, minimum=True)
    for place in range(EVENTS):
        what = stream.go_on()
        scene.settle()
        scene.check_books()
        assert scene.do(find_faults) == [], (place, what)


@pytest.mark.parametrize("at_once", [1, 4])
@pytest.mark.parametrize("seed", range(3))
def test_a_limit_of_households_holds_over_two_markets(scene: Scene, seed: int, at_once: int) -> None:
    stream = TwoMarkets(scene, seed)
    for place in range(EVENTS // 2):
        what = [stream.go_on() for _ in range(at_once)]
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
        assert scene.do(find_faults) == [], (place, what)

"""Whatever is killed, and whenever: what was accepted took effect, once and in order."""

from collections.abc import Callable

import pytest

from tests.faults.chaos import Chaos
from tests.faults.conftest import Tried
from tests.faults.load import load, said_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

KILLS = 10
SEED = 35_17


def test_what_was_accepted_takes_effect_once_whatever_is_killed(
    tried: Tried, say: Callable[[str], None]
) -> None:
    chaos = Chaos(tried.machine, SEED)
    with load(tried.machine, tried.ledger, SEED) as people:
        chaos.kill(KILLS, people)
    say(f"seed {SEED}, killed: {dict(chaos.done)}; {said_of(people)}")
    assert chaos.done.total() == KILLS
    tried.assert_exact()

"""How a step of the machine is told: a command, and what the exchange does right after it."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.properties.world import World

VILLAGES = ("35.17.01.2001", "35.17.01.2002", "35.17.02.2001")
AREAS = ("35.17", "35.17.01", "35.17.02", "35.17.01.2001")
# Which of those that are there: the machine takes it modulo their number.
NUMBER = st.integers(0, 7)
FRACTION = st.sampled_from((1.0, 0.5, 0.25))
SERVICE = st.sampled_from(("donations", "programs", "reporting"))
PICKS = st.lists(st.integers(0, 5), min_size=1, max_size=12)

Move = tuple[str, str, list[int]]
# "round" is as good as all at once; the others are what a round is made of, in any order.
_KINDS = ("round", "round", "round", "work", "publish", "deliver", "deliver_all")
MOVES = st.lists(st.tuples(st.sampled_from(_KINDS), SERVICE, PICKS), max_size=3)


class Steps(RuleBasedStateMachine):
    """What all steps share. `world` is given to the class before it runs."""

    world: World

    def pick(self, service: str, number: int, statement: str, **values: Any) -> Any:
        """Return one of the rows that a statement finds, or None where it finds none."""
        found = self.world.sides[service].rows(statement, **values)
        return found[number % len(found)] if found else None

    def exchange(self, moves: Sequence[Move]) -> None:
        """Let tasks run, relays publish and workers apply, as far as the moves say."""
        for kind, service, picks in moves:
            side = self.world.sides[service]
            if kind == "round":
                self.world.round()
            elif kind == "work":
                side.run_task(picks[0])
            elif kind == "publish":
                side.publish()
            elif kind == "deliver":
                side.deliver(picks)
            else:
                side.deliver_all()


def step(**drawn: Any) -> Callable[[Callable[..., None]], Any]:
    """Make a rule of a command; what the exchange does after it is drawn too."""

    def decorate(command: Callable[..., None]) -> Any:
        @rule(then=MOVES, **drawn)
        @wraps(command)
        def run(self: Steps, then: Sequence[Move], **values: Any) -> None:
            command(self, **values)
            self.exchange(then)

        return run

    return decorate

"""What a step of the machine is: a command, and what the exchange does right after it."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from tests.properties.world import World

VILLAGES = ("35.17.01.2001", "35.17.01.2002", "35.17.02.2001")
AREAS = ("35.17", "35.17.01", "35.17.02", "35.17.01.2001")
# Which of those that are there: the machine takes it modulo their number.
NUMBER = st.integers(0, 7)
FRACTION = st.sampled_from((1.0, 0.5, 0.25))
SERVICE = st.sampled_from(("donations", "programs", "reporting"))
PICKS = st.lists(st.integers(0, 5), min_size=1, max_size=12)

Command = TypeVar("Command", bound=Callable[..., None])
Move = tuple[str, str, list[int]]
# "round" is as good as all at once; the others are what a round is made of, in any order, and what
# goes wrong in it: a relay ends before it deletes what it has published, a worker puts events aside.
_KINDS = ("round", "round", "work", "publish", "publish_twice", "publish_twice", "deliver", "deliver_all")


def moves(*more: str) -> st.SearchStrategy[list[Move]]:
    """Return the strategy of what the exchange does; of `more` kinds too."""
    return st.lists(st.tuples(st.sampled_from((*_KINDS, *more)), SERVICE, PICKS), max_size=4)


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
            elif kind == "publish_twice":
                side.publish(dies_after=picks[0])
            elif kind == "put_aside":
                side.deliver(picks, refuses=[pick % 2 == 0 for pick in picks])
            elif kind == "deliver":
                side.deliver(picks)
            else:
                side.deliver_all()


def step(weight: int = 1, /, **drawn: st.SearchStrategy[Any]) -> Callable[[Command], Command]:
    """Make a method a command that the machine may give, so much more often than others."""

    def mark(command: Command) -> Command:
        command.told = (weight, st.fixed_dictionaries(drawn))  # type: ignore[attr-defined]
        return command

    return mark


def commands_of(machine: type[Steps]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """Return the strategy of the commands of a machine, each with what it is given.

    One rule draws them all: hypothesis leaves rules out at random, and a pledge that can't be paid, or
    that nobody hands over, soon has nothing left to happen to it.
    """
    found = {name: getattr(getattr(machine, name), "told", None) for name in sorted(dir(machine))}
    told = {name: one for name, one in found.items() if one is not None}
    names = [name for name, (weight, _) in told.items() for _ in range(weight)]
    return st.sampled_from(names).flatmap(lambda name: st.tuples(st.just(name), told[name][1]))

"""What has to be changed of what is allocated."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.programs.in_play.domain import NeedState, Parts, Place


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a need shall have, by pledge, instead of the parts that it has; and where it stood then.

    `is_limited` where its household may have no more in all.
    """

    need: NeedState
    parts: Parts
    place: Place
    is_limited: bool = False

    def why_less(self) -> str:
        """Return the code of the reason for which something is taken from it."""
        if sum(self.parts.values()) >= self.need.covered:
            return "rerouted"
        if self.is_limited:
            return "household_limit"
        return "incomplete" if self.need.indivisible else "displaced"


@dataclass(frozen=True, slots=True)
class Movable:
    """An allocation that the match may end."""

    id: UUID
    pledge: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Which allocations of one need to end, and how much of which pledges to propose for it."""

    ended: Sequence[UUID]
    proposed: Parts

    def __bool__(self) -> bool:
        """Tell whether there is anything to do."""
        return bool(self.ended or self.proposed)


def difference(movable: Collection[Movable], wanted: Parts, minimum: Mapping[UUID, int]) -> Difference:
    """Return how to come from what a need has to what it shall have, with as few ended as possible.

    A pledge may have a `minimum` for one allocation: where the difference is less, the whole is proposed anew.
    """
    ended: list[UUID] = []
    proposed: dict[UUID, int] = {}
    for pledge in dict.fromkeys([*(one.pledge for one in movable), *wanted]):
        parts = sorted((one for one in movable if one.pledge == pledge), key=lambda one: -one.quantity)
        want = missing = wanted.get(pledge, 0)
        kept = []
        for one in parts:
            if one.quantity <= missing:
                kept.append(one)
                missing -= one.quantity
        if 0 < missing < minimum.get(pledge, 1):
            kept, missing = [], want
        ended.extend(one.id for one in parts if one not in kept)
        if missing:
            proposed[pledge] = missing
    return Difference(ended, proposed)

"""Needs and pledges of one market, and the classes that they are of."""

from bisect import bisect_left
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

from services.programs.matching.domain import Claim, Rule

Key = tuple[Any, ...]

# What is kept - promised to a household already - comes before everything that is not.
_KEPT, _OPEN = 0, 1


@dataclass(slots=True, eq=False)
class Pledge:
    """A quantity with a rule. The smaller `order` is spent first where there is a choice."""

    name: Hashable
    order: Key
    of: "PledgeClass"
    quantity: int = 0
    free: int = 0
    parts: dict["Need", int] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Need:
    """A quantity that is asked for. The smaller `key` stands higher; `kept` of what it has can't be displaced."""

    name: Hashable
    key: Key
    of: "NeedClass"
    quantity: int = 0
    kept: int = 0
    covered: int = 0
    parts: dict[Pledge, int] = field(default_factory=dict)

    @property
    def asked(self) -> int:
        """Return how much it asks for at the place of `asking`."""
        return (self.kept if self.covered < self.kept else self.quantity) - self.covered

    @property
    def losable(self) -> int:
        """Return how much it could lose at the place of `losing`."""
        return self.covered - self.kept if self.covered > self.kept else self.covered

    def asking(self) -> Key | None:
        """Return the place of what it asks for next."""
        if self.covered >= self.quantity:
            return None
        return (_KEPT if self.covered < self.kept else _OPEN, *self.key)

    def losing(self) -> Key | None:
        """Return the place of what it would lose first."""
        if not self.covered:
            return None
        return (_OPEN if self.covered > self.kept else _KEPT, *self.key)


# So much of a pledge that a need has, without the quantity.
Part = tuple[Need, Pledge]

# A member of a list that is sorted by place. The places are different, so they alone decide.
Placed = tuple[Key, Any]


@dataclass(slots=True, eq=False)
class Group:
    """Need classes of one village and category, so that many can be passed over at once.

    `row` is that of all of them together, `asking` has those of which somebody asks, by the highest who does.
    """

    row: int = 0
    asking: list[Placed] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class NeedClass:
    """Needs of one claim. `row` has a bit for each pledge class that admits them, `fed` for each that they have."""

    claim: Claim
    excluded: frozenset[Hashable]
    group: Group
    row: int
    fed: int = 0
    asking: list[Placed] = field(default_factory=list)
    losing: list[Placed] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class PledgeClass:
    """Pledges of one rule, or one pledge alone that somebody must not have.

    `reach` has a bit for each pledge class that could feed one of the receivers in place of this one, `lowest` is
    who would lose first of them. Both are worked out anew where they are marked as old.
    """

    rule: Rule
    place: int
    only: Hashable
    # Those with something free, in their order.
    spare: list[Placed] = field(default_factory=list)
    receivers: dict[NeedClass, dict[Part, int]] = field(default_factory=dict)
    reach: int = 0
    reach_is_old: bool = False
    lowest: Placed | None = None
    lowest_is_old: bool = False


def move(levels: Iterable[tuple[list[Placed], Any]], old: Key | None, new: Key | None) -> None:
    """Move a member of a sorted list from one place to another, None being no place.

    A list is itself a member of the next one, at its first place.
    """
    for places, member in levels:
        before = places[0][0] if places else None
        if old is not None:
            del places[bisect_left(places, (old,))]
        if new is not None:
            places.insert(bisect_left(places, (new,)), (new, member))
        old, new = before, places[0][0] if places else None
        if old == new:
            return

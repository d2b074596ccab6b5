"""Needs and pledges of one market, and the classes that they are of."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.programs.matching.domain import Claim, Rule

# Whatever tells needs, or pledges, or households apart: it must be hashable.
Name = Any
Key = tuple[Any, ...]

# What is kept - promised to a household already - comes before everything that is not.
_KEPT, _OPEN = 0, 1


@dataclass(frozen=True, slots=True)
class Demand:
    """What a need asks for. The smaller `key` stands higher; no two are equal.

    `kept` of what it has can't be displaced. A `whole` need is covered in full or not at all, and all of it is kept
    or nothing. `excluded` are pledges that it must not have. Pledges have a cap for a `household`; where that is
    None the need is one for itself. The household may have no more than `household_limit` by the need and those
    that stand higher, and what is kept of those that stand lower; all needs of a household have a limit, or none.
    """

    key: Key
    claim: Claim
    quantity: int
    kept: int = 0
    whole: bool = False
    excluded: frozenset[Name] = frozenset()
    household: Name = None
    household_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Supply:
    """What a pledge offers. The smaller `order` is spent first where there is a choice; no two are equal.

    No household gets more than `cap` of it, of which `received` is given already, and it admits no need of less
    than its `minimum`.
    """

    rule: Rule
    quantity: int
    order: Key
    cap: int | None = None
    minimum: int = 1
    received: Mapping[Name, int] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Pledge:
    """A pledge, what is free of it and who has the rest; `given` by household where there is a cap."""

    name: Name
    supply: Supply
    of: "PledgeClass"
    free: int = 0
    parts: dict["Need", int] = field(default_factory=dict)
    given: dict[Name, int] = field(default_factory=dict)

    @property
    def order(self) -> Key:
        """Return its place among those of its class."""
        return self.supply.order

    def room(self, household: Name) -> int | None:
        """Return how much more a household may get of it; None where nothing limits that."""
        if self.supply.cap is None:
            return None
        return max(0, self.supply.cap - self.supply.received.get(household, 0) - self.given.get(household, 0))


@dataclass(slots=True, eq=False)
class Need:
    """A need and what it has. `quantity` is what it asks for.

    A whole that can't be covered asks for nothing until so much has come free as `retry_at` says. `most` is what the
    limit of its household left to it when it asked; None where there is none.
    """

    name: Name
    demand: Demand
    of: "NeedClass"
    quantity: int = 0
    kept: int = 0
    covered: int = 0
    retry_at: int | None = None
    most: int | None = None
    parts: dict[Pledge, int] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """Return its place in the order."""
        return self.demand.key

    @property
    def household(self) -> Name:
        """Return for whom pledges have a cap."""
        return self.name if self.demand.household is None else self.demand.household

    @property
    def place(self) -> Key:
        """Return its place among all that is asked for, by what it asks for first."""
        return (_KEPT if self.demand.kept else _OPEN, *self.demand.key)

    @property
    def allowed(self) -> int:
        """Return how much it may have at most."""
        quantity = self.demand.quantity
        return quantity if self.most is None else min(quantity, self.most)

    @property
    def to_keep(self) -> int:
        """Return how much it asks for whatever its household has: of a whole all, where any of it is kept."""
        demand = self.demand
        return demand.quantity if demand.whole and demand.kept else min(demand.kept, demand.quantity)

    def within(self, most: int | None) -> int:
        """Return how much it asks for where its household may have so much by it."""
        demand = self.demand
        quantity = max(self.to_keep, demand.quantity if most is None else min(demand.quantity, most))
        return 0 if demand.whole and quantity < demand.quantity else quantity

    @property
    def is_limited(self) -> bool:
        """Tell whether the limit of its household leaves no more to it than it has."""
        return self.allowed < self.demand.quantity and self.quantity <= self.covered

    @property
    def is_broken(self) -> bool:
        """Tell whether it is a whole of which something is missing."""
        return self.demand.whole and self.covered < self.quantity

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
        return (_KEPT if self.covered < self.kept else _OPEN, *self.demand.key)

    def losing(self) -> Key | None:
        """Return the place of what it would lose first."""
        if not self.covered:
            return None
        return (_OPEN if self.covered > self.kept else _KEPT, *self.demand.key)


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
    """Needs of one claim. `row` has a bit for each pledge class that admits them, `fed` for each that they have.

    `barred` are pledges that they can't have: they must not, they are too small for it, or it is at its cap.
    """

    claim: Claim
    barred: frozenset[Name]
    group: Group
    row: int
    fed: int = 0
    asking: list[Placed] = field(default_factory=list)
    losing: list[Placed] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class PledgeClass:
    """Pledges of one rule, or one pledge alone that not everybody may have whom its rule admits.

    `reach` has a bit for each pledge class that could feed one of the receivers in place of this one, `lowest` is
    who would lose first of them. Both are worked out anew where they are marked as old. `within` has a bit for each
    class of what one household has of it: what that reaches, this one reaches too.
    """

    rule: Rule
    place: int
    only: Name
    within: int = 0
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
            del places[_at(places, old)]
        if new is not None:
            places.insert(_at(places, new), (new, member))
        old, new = before, places[0][0] if places else None
        if old == new:
            return


def _at(places: list[Placed], place: Key) -> int:
    """Return where a place is in a sorted list, or would be; it is mostly at either end, where markets change."""
    if not places or places[-1][0] < place:
        return len(places)
    return bisect_left(places, (place,)) if places[0][0] < place else 0

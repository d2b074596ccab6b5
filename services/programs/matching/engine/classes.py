"""The classes of a market's needs and pledges, which change as it goes on.

A pledge is a class of its own once somebody must not have it whom its rule admits: it was vetoed for a need, is
too large for one, or has a cap that a household can reach. A need at such a cap is a class of its own too, as
long as it is: what it has can't be exchanged like that of others. But the needs of one household may exchange what
they have of such a pledge among each other; what they have of it is a class of pledges for them alone.
"""

from collections import defaultdict

from services.programs.matching.domain import Claim, Rule
from services.programs.matching.engine.admission import ClaimSet, RuleSet, bits
from services.programs.matching.engine.nodes import (
    Demand,
    Group,
    Key,
    Name,
    Need,
    NeedClass,
    Part,
    Pledge,
    PledgeClass,
    Supply,
    move,
)

_NobodyElse = Name | None

# Admits nobody: whoever may have something of a class of this rule is told to it by name.
_NOBODY = Rule(areas=frozenset({""}))


class Classes:
    """The classes, and which of them feed which."""

    def __init__(self) -> None:
        self.of_pledges: list[PledgeClass] = []
        # Pledge classes that have nothing free, and reach only such.
        self.dry = 0
        # The pledge classes of which what a household has is a class too.
        self.divided = 0
        self._rules = RuleSet()
        self._claims = ClaimSet()
        self._of_needs: list[NeedClass] = []
        self._of_need: dict[tuple[Claim, frozenset[Name], _NobodyElse, int], NeedClass] = {}
        self._of_pledge: dict[tuple[Rule, _NobodyElse], PledgeClass] = {}
        # What a household has of a pledge, by the place of its class.
        self._within: dict[tuple[int, Name], PledgeClass] = {}
        self._groups: defaultdict[tuple[str, str], Group] = defaultdict(Group)
        # The places of the classes of a pledge alone, as bits, and its minimum.
        self._places_of: defaultdict[Name, int] = defaultdict(int)
        self._minimum_of: dict[Name, int] = {}

    def is_apart(self, name: Name) -> bool:
        """Tell whether a pledge is a class of its own."""
        return name in self._places_of

    def set_apart(self, name: Name) -> None:
        """Let a pledge be a class of its own from now on."""
        self._places_of.setdefault(name, 0)

    def limit(self, name: Name, minimum: int) -> bool:
        """Bar a pledge from needs of less than its minimum; return whether that was not so before."""
        before = self._minimum_of.get(name, 1)
        if minimum != before:
            self._minimum_of[name] = minimum
        return minimum != before

    def of_need(self, name: Name, demand: Demand, at_cap: frozenset[Name], within: int) -> NeedClass:
        """Return the class of a need whose household can get nothing more of some pledges.

        `within` are the classes of what its household has of these, as bits.
        """
        small = (each for each, minimum in self._minimum_of.items() if demand.quantity < minimum)
        barred = demand.excluded.union(at_cap, small)
        key = demand.claim, barred, name if at_cap else None, within
        found = self._of_need.get(key)
        if found is None:
            row = self._rules.admitting(demand.claim)
            for each in barred:
                row &= ~self._places_of.get(each, 0)
            row |= within
            group = self._groups[demand.claim.desa, demand.claim.category]
            found = self._of_need[key] = NeedClass(demand.claim, barred, group, row)
            group.row |= row
            self._claims.add(demand.claim)
            self._of_needs.append(found)
        return found

    def of_pledge(self, name: Name, supply: Supply) -> PledgeClass:
        """Return the class of a pledge."""
        only = name if self.is_apart(name) else None
        found = self._of_pledge.get((supply.rule, only))
        if found is None:
            found = PledgeClass(supply.rule, self._rules.add(supply.rule), only)
            self._of_pledge[supply.rule, only] = found
            self.of_pledges.append(found)
            if only is not None:
                self._places_of[only] |= 1 << found.place
            self._admit(found)
        return found

    def within(self, household: Name, pledge: Pledge) -> PledgeClass:
        """Return the class of what the needs of a household have of a pledge."""
        found = self._within.get((pledge.of.place, household))
        if found is None:
            found = PledgeClass(_NOBODY, self._rules.add(_NOBODY), (pledge.name, household))
            self._within[pledge.of.place, household] = found
            self.of_pledges.append(found)
            pledge.of.within |= 1 << found.place
            self.divided |= 1 << pledge.of.place
            self.dry = 0
            for need, part in pledge.parts.items():
                if need.household == household:
                    self._connect(found, need, pledge, part)
        return found

    def connect(self, need: Need, pledge: Pledge, part: int) -> None:
        """Note how much of a pledge a need has."""
        self._connect(pledge.of, need, pledge, part)
        if self._within and (within := self._within.get((pledge.of.place, need.household))):
            self._connect(within, need, pledge, part)

    def _connect(self, giver: PledgeClass, need: Need, pledge: Pledge, part: int) -> None:
        receiver = need.of
        parts = giver.receivers.get(receiver)
        if part:
            if parts is None:
                parts = self._begin(giver, receiver)
            parts[need, pledge] = part
        elif parts is not None:
            del parts[need, pledge]
            if not parts:
                del giver.receivers[receiver]
                receiver.fed ^= 1 << giver.place
                giver.reach_is_old = giver.lowest_is_old = True

    def move_losing(self, need: Need, lost: Key | None, loses: Key | None) -> None:
        """Move a need among those of its class who could lose."""
        of = need.of
        last = of.losing[-1] if of.losing else None
        move(((of.losing, need),), lost, loses)
        if last is not (of.losing[-1] if of.losing else None):
            for place in bits(of.fed):
                self.of_pledges[place].lowest_is_old = True

    def _admit(self, new: PledgeClass) -> None:
        """Tell the classes of needs of a new class of pledges."""
        self.dry = 0
        bit = 1 << new.place
        for place in bits(self._claims.admitted(new.rule)):
            each = self._of_needs[place]
            if new.only is None or new.only not in each.barred:
                each.row |= bit
                each.group.row |= bit
                for giver in bits(each.fed):
                    self.of_pledges[giver].reach |= bit

    def _begin(self, giver: PledgeClass, receiver: NeedClass) -> dict[Part, int]:
        giver.reach |= receiver.row
        receiver.fed |= 1 << giver.place
        giver.lowest_is_old = True
        if self.dry >> giver.place & 1 and receiver.row & ~self.dry:
            self.dry = 0
        return giver.receivers.setdefault(receiver, {})

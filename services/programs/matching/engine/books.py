"""Who has how much of which pledge, and everything that is remembered of it so that searching is fast."""

from collections import defaultdict
from collections.abc import Hashable

from services.programs.matching.domain import Claim, Rule
from services.programs.matching.engine.admission import ClaimSet, RuleSet, bits
from services.programs.matching.engine.nodes import (
    Group,
    Need,
    NeedClass,
    Part,
    Placed,
    Pledge,
    PledgeClass,
    move,
)


class Books:
    """The needs, the pledges and their classes. What it is told it believes: `Residual` decides."""

    def __init__(self) -> None:
        self.needs: dict[Hashable, Need] = {}
        self.pledges: dict[Hashable, Pledge] = {}
        self.pledge_classes: list[PledgeClass] = []
        # The pledge classes with something free.
        self.free = 0
        # Pledge classes that have nothing free, and reach only such.
        self.dry = 0
        # The groups by the highest who asks, and all who could lose: the last is the lowest.
        self.asking: list[Placed] = []
        self.losing: list[Placed] = []
        self.moved: dict[tuple[Hashable, Hashable], int] = {}
        self._rules = RuleSet()
        self._claims = ClaimSet()
        self._need_classes: list[NeedClass] = []
        self._need_class_of: dict[tuple[Claim, frozenset[Hashable]], NeedClass] = {}
        self._pledge_class_of: dict[tuple[Rule, Hashable], PledgeClass] = {}
        self._groups: defaultdict[tuple[str, str], Group] = defaultdict(Group)
        self._excluded: set[Hashable] = set()

    def give(self, need: Need, pledge: Pledge, by: int) -> None:
        """Change what a need has of a pledge."""
        self.change(need, need.quantity, need.kept, need.covered + by)
        part = need.parts.get(pledge, 0) + by
        if part:
            need.parts[pledge] = pledge.parts[need] = part
            parts = pledge.of.receivers.get(need.of)
            if parts is None:
                parts = self._connect(pledge.of, need.of)
            parts[need, pledge] = part
        else:
            del need.parts[pledge], pledge.parts[need]
            parts = pledge.of.receivers[need.of]
            del parts[need, pledge]
            if not parts:
                del pledge.of.receivers[need.of]
                need.of.fed ^= 1 << pledge.of.place
                pledge.of.reach_is_old = pledge.of.lowest_is_old = True
        at = need.name, pledge.name
        self.moved[at] = self.moved.get(at, 0) + by
        if not self.moved[at]:
            del self.moved[at]

    def change(self, need: Need, quantity: int, kept: int, covered: int) -> None:
        """Change the quantities of a need, and its place among those who ask and those who could lose."""
        asked, lost = need.asking(), need.losing()
        need.quantity, need.kept, need.covered = quantity, kept, covered
        asks, loses = need.asking(), need.losing()
        of, group = need.of, need.of.group
        if asks != asked:
            move(((of.asking, need), (group.asking, of), (self.asking, group)), asked, asks)
        if loses != lost:
            move(((self.losing, need),), lost, loses)
            last = of.losing[-1] if of.losing else None
            move(((of.losing, need),), lost, loses)
            if last is not (of.losing[-1] if of.losing else None):
                for place in bits(of.fed):
                    self.pledge_classes[place].lowest_is_old = True

    def set_free(self, pledge: Pledge, free: int) -> None:
        """Change what is free of a pledge."""
        of, bit = pledge.of, 1 << pledge.of.place
        if bool(free) != bool(pledge.free):
            old, new = (None, pledge.order) if free else (pledge.order, None)
            move(((of.spare, pledge),), old, new)
            self.free = self.free | bit if of.spare else self.free & ~bit
            if free and self.dry & bit:
                self.dry = 0
        pledge.free = free

    def need_class(self, claim: Claim, excluded: frozenset[Hashable]) -> NeedClass:
        """Return the class of needs with a claim that must not have some pledges."""
        found = self._need_class_of.get((claim, excluded))
        if found is None:
            for pledge in excluded - self._excluded:
                self._set_apart(pledge)
            barred = sum(1 << each.place for each in self.pledge_classes if each.only in excluded)
            group = self._groups[claim.desa, claim.category]
            found = NeedClass(claim, excluded, group, self._rules.admitting(claim) & ~barred)
            group.row |= found.row
            self._claims.add(claim)
            self._need_classes.append(found)
            self._need_class_of[claim, excluded] = found
        return found

    def pledge_class(self, rule: Rule, name: Hashable) -> PledgeClass:
        """Return the class of a pledge of some name with a rule."""
        only = name if name in self._excluded else None
        found = self._pledge_class_of.get((rule, only))
        if found is None:
            found = PledgeClass(rule, self._rules.add(rule), only)
            self.pledge_classes.append(found)
            self._pledge_class_of[rule, only] = found
            self.dry = 0
            for place in bits(self._claims.admitted(rule)):
                each = self._need_classes[place]
                if only is None or only not in each.excluded:
                    each.row |= 1 << found.place
                    each.group.row |= 1 << found.place
                    for giver in bits(each.fed):
                        self.pledge_classes[giver].reach |= 1 << found.place
        return found

    def _connect(self, giver: PledgeClass, receiver: NeedClass) -> dict[Part, int]:
        giver.reach |= receiver.row
        receiver.fed |= 1 << giver.place
        giver.lowest_is_old = True
        if self.dry >> giver.place & 1 and receiver.row & ~self.dry:
            self.dry = 0
        return giver.receivers.setdefault(receiver, {})

    def _set_apart(self, name: Hashable) -> None:
        """Give a pledge that somebody must not have a class of its own."""
        self._excluded.add(name)
        pledge = self.pledges.get(name)
        if pledge is None:
            return
        parts, free, moved = dict(pledge.parts), pledge.free, dict(self.moved)
        self.set_free(pledge, 0)
        for need, by in parts.items():
            self.give(need, pledge, -by)
        pledge.of = self.pledge_class(pledge.of.rule, name)
        for need, by in parts.items():
            self.give(need, pledge, by)
        self.set_free(pledge, free)
        self.moved = moved

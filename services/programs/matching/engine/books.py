"""Who has how much of which pledge, and everything that is remembered of it so that searching is fast.

What the books are told they believe: `Residual` decides. What a need asks for and has can be taken back.
"""

from bisect import bisect_left, insort
from collections.abc import Callable
from typing import Any

from services.programs.matching.engine.classes import Classes
from services.programs.matching.engine.nodes import (
    Demand,
    Key,
    Name,
    Need,
    NeedClass,
    Placed,
    Pledge,
    Supply,
    move,
)


class Books:
    """The needs and the pledges, what each has of the other, and who asks and who could lose."""

    def __init__(self) -> None:
        self.needs: dict[Name, Need] = {}
        self.pledges: dict[Name, Pledge] = {}
        self.classes = Classes()
        # The pledge classes with something free.
        self.free = 0
        # The groups by the highest who asks, and all who could lose: the last is the lowest.
        self.asking: list[Placed] = []
        self.losing: list[Placed] = []
        # Wholes of which something is missing; and those that can't be covered, by when they are tried again.
        self.broken: dict[Need, None] = {}
        self.rejected: list[tuple[int, Key, Need]] = []
        # Who came to another class since somebody began to go through the classes.
        self.rejoined: set[Need] = set()
        self.touched: set[Name] = set()
        # Those of limited households of which another need may have more or less by now than when they asked.
        self.unsure: dict[Need, None] = {}
        self._of_household: dict[Name, dict[Need, None]] = {}
        # The pledges of which a household can get no more.
        self._at_cap: dict[Name, frozenset[Name]] = {}
        self._journal: list[tuple[Callable[..., None], tuple[Any, ...]]] = []

    def mark(self) -> int:
        """Return the present moment, to which one can come back."""
        return len(self._journal)

    def go_back(self, moment: int) -> None:
        """Take back what was given, freed, asked for and rejected since a moment."""
        while len(self._journal) > moment:
            undo, given = self._journal.pop()
            undo(*given)

    def forget_moments(self) -> None:
        """Take nothing back any more of what was told so far."""
        self._journal.clear()

    def _note(self, undo: Callable[..., None], *given: Any) -> None:
        """Note how something is taken back."""
        self._journal.append((undo, given))

    def enter_need(self, name: Name, demand: Demand) -> Need:
        """Take in a need that asks for nothing yet."""
        for each in demand.excluded:
            self._set_apart(each)
        need = self.needs[name] = Need(name, demand, self._class_of(name, demand))
        kin = self._of_household.setdefault(need.household, {})
        kin[need] = None
        if need.household in self._at_cap:
            for each in kin:
                self._rejoin(each)
        return need

    def describe(self, need: Need, demand: Demand) -> None:
        """Change what is said of a need that may keep what it has."""
        for each in demand.excluded - need.demand.excluded:
            self._set_apart(each)
        need.demand = demand
        self._rejoin(need)

    def may_keep(self, need: Need, demand: Demand) -> bool:
        """Tell whether a need that is described so may have what it has, and nothing that it might not have before."""
        of = self._class_of(need.name, demand)
        # What its household has of a pledge at its cap is a way, too, to who was barred from that pledge otherwise.
        opens = of.row & ~need.of.row or not of.barred >= need.of.barred
        return not opens and not any(
            demand.quantity < pledge.supply.minimum or pledge.name in demand.excluded for pledge in need.parts
        )

    def left_of_limit(self, need: Need) -> int | None:
        """Return how much the limit of its household leaves to a need; None where there is none."""
        limit = need.demand.household_limit
        if limit is None:
            return None
        kin = (each for each in self._of_household[need.household] if each is not need)
        before = sum(each.covered if each.key < need.key else min(each.covered, each.kept) for each in kin)
        return limit - before

    def strike_need(self, need: Need) -> None:
        """Forget a need that has nothing and asks for nothing."""
        del self.needs[need.name]
        self.unsure.pop(need, None)
        kin = self._of_household[need.household]
        del kin[need]
        if not kin:
            del self._of_household[need.household]

    def enter_pledge(self, name: Name, supply: Supply) -> Pledge:
        """Take in a pledge, of which nothing is there yet."""
        if supply.cap is not None or supply.minimum > 1:
            self.classes.set_apart(name)
        pledge = self.pledges[name] = Pledge(name, supply, self.classes.of_pledge(name, supply))
        if self.classes.limit(name, supply.minimum):
            for need in self.needs.values():
                self._rejoin(need)
        for household in supply.received:
            self._note_cap(household, pledge)
        return pledge

    def strike_pledge(self, pledge: Pledge) -> None:
        """Forget a pledge of which nobody has anything and nothing is free."""
        del self.pledges[pledge.name]
        for household in pledge.supply.received:
            self._set_at_cap(household, pledge.name, False)

    def give(self, need: Need, pledge: Pledge, by: int) -> None:
        """Change what a need has of a pledge."""
        self._give(need, pledge, by)
        self._note(self._give, need, pledge, -by)

    def ask(self, need: Need, quantity: int, kept: int) -> None:
        """Change what a need asks for."""
        self._note(self._ask, need, need.quantity, need.kept)
        self._ask(need, quantity, kept)

    def reject(self, need: Need, retry_at: int | None) -> None:
        """Note when a whole is tried again that can't be covered now; None where it can."""
        self._note(self._reject, need, need.retry_at)
        self._reject(need, retry_at)

    def set_free(self, pledge: Pledge, free: int) -> None:
        """Change what is free of a pledge."""
        self._note(self._set_free, pledge, pledge.free)
        self._set_free(pledge, free)

    def _set_apart(self, name: Name) -> None:
        """Let a pledge be a class of its own from now on."""
        if self.classes.is_apart(name):
            return
        self.classes.set_apart(name)
        pledge = self.pledges.get(name)
        if pledge is None:
            return
        parts, free = dict(pledge.parts), pledge.free
        self._set_free(pledge, 0)
        for need in parts:
            self.classes.connect(need, pledge, 0)
        pledge.of = self.classes.of_pledge(name, pledge.supply)
        for need, part in parts.items():
            self.classes.connect(need, pledge, part)
        self._set_free(pledge, free)

    def _give(self, need: Need, pledge: Pledge, by: int) -> None:
        self._change(need, need.quantity, need.kept, need.covered + by)
        part = need.parts.get(pledge, 0) + by
        if part:
            need.parts[pledge] = pledge.parts[need] = part
        else:
            del need.parts[pledge], pledge.parts[need]
        self.classes.connect(need, pledge, part)
        self.touched.add(need.name)
        if pledge.supply.cap is not None:
            given = pledge.given.pop(need.household, 0) + by
            if given:
                pledge.given[need.household] = given
            self._note_cap(need.household, pledge)

    def _ask(self, need: Need, quantity: int, kept: int) -> None:
        self._change(need, quantity, kept, need.covered)

    def _change(self, need: Need, quantity: int, kept: int, covered: int) -> None:
        """Change the quantities of a need, and its place among those who ask and those who could lose."""
        asked, lost = need.asking(), need.losing()
        need.quantity, need.kept, need.covered = quantity, kept, covered
        asks, loses = need.asking(), need.losing()
        if asks != asked:
            self._move_asking(need, asked, asks)
        if loses != lost:
            move(((self.losing, need),), lost, loses)
            self.classes.move_losing(need, lost, loses)
        if need.is_broken:
            self.broken[need] = None
        elif self.broken:
            self.broken.pop(need, None)
        if need.demand.household_limit is not None:
            self.unsure |= dict.fromkeys(self._of_household[need.household])

    def _move_asking(self, need: Need, asked: Key | None, asks: Key | None) -> None:
        of, group = need.of, need.of.group
        move(((of.asking, need), (group.asking, of), (self.asking, group)), asked, asks)

    def _reject(self, need: Need, retry_at: int | None) -> None:
        if need.retry_at is not None:
            del self.rejected[bisect_left(self.rejected, (need.retry_at, need.key))]
        if retry_at is not None:
            insort(self.rejected, (retry_at, need.key, need))
        need.retry_at = retry_at

    def _set_free(self, pledge: Pledge, free: int) -> None:
        of, bit = pledge.of, 1 << pledge.of.place
        if bool(free) != bool(pledge.free):
            old, new = (None, pledge.order) if free else (pledge.order, None)
            move(((of.spare, pledge),), old, new)
            self.free = self.free | bit if of.spare else self.free & ~bit
            if free and self.classes.dry & bit:
                self.classes.dry = 0
        pledge.free = free

    def _note_cap(self, household: Name, pledge: Pledge) -> None:
        self._set_at_cap(household, pledge.name, pledge.room(household) == 0)

    def _set_at_cap(self, household: Name, pledge: Name, at_cap: bool) -> None:
        before = self._at_cap.get(household, frozenset())
        if (pledge in before) == at_cap:
            return
        after = before | {pledge} if at_cap else before - {pledge}
        if after:
            self._at_cap[household] = after
        else:
            del self._at_cap[household]
        for need in self._of_household.get(household, ()):
            self._rejoin(need)

    def _class_of(self, name: Name, demand: Demand) -> NeedClass:
        household = name if demand.household is None else demand.household
        at_cap = self._at_cap.get(household, frozenset())
        within = self._within(household, demand, at_cap) if at_cap else 0
        return self.classes.of_need(name, demand, at_cap, within)

    def _within(self, household: Name, demand: Demand, at_cap: frozenset[Name]) -> int:
        """Return the classes of what a need may take over from others of its household, as bits."""
        if len(self._of_household.get(household, ())) < 2:
            return 0
        pledges = [self.pledges[name] for name in at_cap - demand.excluded if name in self.pledges]
        return sum(
            1 << self.classes.within(household, pledge).place
            for pledge in sorted(pledges, key=lambda each: each.order)
            if demand.quantity >= pledge.supply.minimum and pledge.supply.rule.admits(demand.claim)
        )

    def _rejoin(self, need: Need) -> None:
        """Bring a need to the class that it is of now."""
        of = self._class_of(need.name, need.demand)
        if of is need.of:
            return
        self.rejoined.add(need)
        asks, loses = need.asking(), need.losing()
        if asks:
            self._move_asking(need, asks, None)
        if loses:
            self.classes.move_losing(need, loses, None)
        for pledge in need.parts:
            self.classes.connect(need, pledge, 0)
        need.of = of
        for pledge, part in need.parts.items():
            self.classes.connect(need, pledge, part)
        if loses:
            self.classes.move_losing(need, None, loses)
        if asks:
            self._move_asking(need, None, asks)

"""Pledges that give so much at least: who would get less of one is barred from it, and gets it from others."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from services.programs.matching.engine.nodes import Demand, Name, Supply
from services.programs.matching.engine.residual import Residual

# To so many needs, one after the other, is offered what is left of a pledge and less than it gives at least: the way
# to one of them may lead through others, who give it more.
TRIES = 4


class Minimums:
    """What needs must not have of pledges, and what is offered to nobody, because it is less than they give at least.

    `demand` and `supply` tell what needs and pledges are without that; None where they are out of play.
    """

    def __init__(
        self,
        residual: Residual,
        demand: Callable[[Name], Demand | None],
        supply: Callable[[Name], Supply | None],
    ) -> None:
        self._residual = residual
        self._demand_of, self._supply_of = demand, supply
        # The pledges that a need is barred from; the same by pledge.
        self._too_small: defaultdict[Name, set[Name]] = defaultdict(set)
        self._barred_from: defaultdict[Name, set[Name]] = defaultdict(set)
        # What is left of pledges, and less than they give at least.
        self._withheld: dict[Name, int] = {}

    def demand(self, need: Name) -> Demand | None:
        """Return what the engine may know of a need."""
        demand = self._demand_of(need)
        barred = self._too_small.get(need)
        return replace(demand, excluded=demand.excluded | barred) if demand and barred else demand

    def supply(self, pledge: Name) -> Supply | None:
        """Return what the engine may know of a pledge."""
        supply, withheld = self._supply_of(pledge), self._withheld.get(pledge)
        return replace(supply, quantity=supply.quantity - withheld) if supply and withheld else supply

    def keep(self, touched: set[Name]) -> set[Name]:
        """Bar pledges from needs that would get less of them than they give at least; return all that is touched.

        So it goes to others, and the need gets it from others, where it can be. What is less than the pledge gives at
        least also with all that is left of it goes to nobody after some tries: thousands would be barred from it, one
        after the other.
        """
        found, looked_at = set(touched), touched
        tried: Counter[Name] = Counter()
        again: set[Name] = set()
        while True:
            fragments = self._fragments(looked_at)
            enough = self._enough(fragments) - again
            for pledge, parts in fragments.items():
                tried[pledge] += 1
                if self._adds_up(pledge, parts, withhold=tried[pledge] > TRIES):
                    enough |= {pledge} - again
                else:
                    self._bar(pledge, parts)
            if not fragments and not enough:
                return found
            # Once: whoever is tried in vain is barred again.
            again |= enough
            changed = {need for parts in fragments.values() for need in parts}.union(*map(self._lift, enough))
            self._residual.change(
                {need: self.demand(need) for need in sorted(changed)},
                {pledge: self.supply(pledge) for pledge in sorted({*fragments, *enough})},
            )
            looked_at = self._residual.touched()
            found |= looked_at

    def lift(self, needs: Iterable[Name], pledges: Collection[Name]) -> tuple[set[Name], set[Name]]:
        """Let pledges be tried again for needs where either changed; return those of both."""
        others = {pledge for pledge in pledges if self._is_other(pledge)}
        again = {(need, pledge) for need in needs for pledge in self._too_small.get(need, ())}
        again.update((need, pledge) for pledge in others for need in self._barred_from.get(pledge, ()))
        self._unbar(again)
        offered = self._withheld.keys() & {*others, *(pledge for _, pledge in again)}
        for pledge in offered:
            del self._withheld[pledge]
        return {need for need, _ in again}, offered

    def _is_other(self, pledge: Name) -> bool:
        """Tell whether a pledge is not as the engine knows it: it is named also where only a part of it went on."""
        giver = self._residual.pledges.get(pledge)
        return giver is None or giver.supply != self.supply(pledge)

    def _enough(self, fragments: Mapping[Name, object]) -> set[Name]:
        """Return the pledges that some need is barred from and that have enough free, but those with fragments."""
        found = set()
        for pledge in self._barred_from.keys() - fragments.keys():
            giver = self._residual.pledges.get(pledge)
            if giver and giver.free + self._withheld.get(pledge, 0) >= giver.supply.minimum:
                found.add(pledge)
        return found

    def _fragments(self, needs: set[Name]) -> dict[Name, dict[Name, int]]:
        """Return, by pledge, what needs would get of it that is less than it gives at least."""
        found: defaultdict[Name, dict[Name, int]] = defaultdict(dict)
        for need in needs & self._residual.needs.keys():
            for pledge, part in self._residual.needs[need].parts.items():
                if part < pledge.supply.minimum:
                    found[pledge.name][need] = part
        return found

    def _adds_up(self, pledge: Name, fragments: Mapping[Name, int], *, withhold: bool) -> bool:
        """Tell whether fragments are enough with what is withheld of a pledge; withhold all that is left if not."""
        giver, withheld = self._residual.pledges[pledge], self._withheld.pop(pledge, 0)
        left = giver.free + sum(fragments.values()) + withheld
        if left < giver.supply.minimum and (withhold or withheld):
            for need, part in fragments.items():
                self._residual.take_out(need, pledge, part, received=False)
            self._withheld[pledge] = left
            return False
        return withheld > 0

    def _bar(self, pledge: Name, needs: Iterable[Name]) -> None:
        for need in needs:
            self._too_small[need].add(pledge)
            self._barred_from[pledge].add(need)

    def _lift(self, pledge: Name) -> set[Name]:
        """Offer all that is left of a pledge, and let it be tried again for the needs that lack enough; return them."""
        self._withheld.pop(pledge, None)
        least = self._residual.pledges[pledge].supply.minimum
        again = {need for need in self._barred_from.get(pledge, ()) if self._lacks(need) >= least}
        self._unbar((need, pledge) for need in again)
        return again

    def _unbar(self, pairs: Iterable[tuple[Name, Name]]) -> None:
        for need, pledge in pairs:
            _part(self._too_small, need, pledge)
            _part(self._barred_from, pledge, need)

    def _lacks(self, need: Name) -> int:
        taker = self._residual.needs[need]
        return taker.allowed - taker.covered


def _part(known: dict[Name, set[Name]], one: Name, other: Name) -> None:
    known[one].remove(other)
    if not known[one]:
        del known[one]

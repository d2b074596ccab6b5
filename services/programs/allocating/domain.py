"""One market as the allocator keeps it in mind, so that it works out anew only what changes."""

import gc
from bisect import bisect_left, insort
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

from services.programs.in_play.domain import NeedState, Parts, Place, PledgeState, Terms
from services.programs.matching.engine.minimums import Minimums
from services.programs.matching.engine.nodes import Demand, Key, Supply
from services.programs.matching.engine.residual import Residual
from services.programs.proposing.domain import Wanted
from services.programs.standing.domain import standing

# What is known of some needs or pledges now; None where they are out of play.
Needs = Mapping[UUID, NeedState | None]
Pledges = Mapping[UUID, PledgeState | None]


class Mind:
    """The engine's match of a market, and how far it is written.

    It holds for one policy and one day: its terms.
    """

    def __init__(
        self,
        terms: Terms,
        needs: Mapping[UUID, NeedState],
        pledges: Mapping[UUID, PledgeState],
    ) -> None:
        """Take in a market as it is written, and work out what it should be."""
        self.terms = terms
        policy = terms.policy
        self._needs = dict(needs)
        self._pledges = dict(pledges)
        # How much of each pledge is written with needs, and may be given otherwise.
        self._given: Counter[UUID] = Counter()
        for need in needs.values():
            self._given.update(need.parts)
        self._order = sorted(standing(need, policy) for need in needs.values())
        self._residual = Residual()
        with _nothing_collected():
            self._residual.restore(
                {need.id: need.demand(policy) for need in needs.values()},
                {pledge.id: pledge.supply(self._given[pledge.id]) for pledge in pledges.values()},
                self._fitting(),
            )
            self._residual.settle()
        self._minimums = Minimums(self._residual, self._demand, self._supply)
        self._residual.touched()
        self._minimums.keep(set(needs))
        self._waiting = deque(self._by_urgency(needs))

    @property
    def is_written(self) -> bool:
        """Tell whether nothing waits to be looked at."""
        return not self._waiting

    def version_of(self, pledge: UUID) -> int | None:
        """Return the version in which it knows a pledge; None where it is out of play."""
        return self._pledges[pledge].version if pledge in self._pledges else None

    def take_in(self, needs: Needs, pledges: Pledges) -> None:
        """Work out the match anew with what is known now of some needs and pledges.

        Whatever of an allocation changed names its need and its pledge.
        """
        for need, state in needs.items():
            self._follow(need, state, pledges)
        for pledge, offer in pledges.items():
            if offer is None:
                self._pledges.pop(pledge, None)
            else:
                self._pledges[pledge] = offer
        lifted, offered = self._minimums.lift(needs, pledges)
        changed = {*needs, *lifted}
        self._residual.change(
            {need: self._minimums.demand(need) for need in sorted(changed)},
            {pledge: self._minimums.supply(pledge) for pledge in sorted({*pledges, *offered})},
        )
        touched = self._minimums.keep(self._residual.touched())
        self._waiting = deque(self._by_urgency({*self._waiting, *touched, *changed}))

    def following(self, most: int) -> list[Wanted]:
        """Return what is to be written next, of so many needs at most: first what gives something back."""
        found: list[Wanted] = []
        while self._waiting and len(found) < most:
            need = self._needs.get(self._waiting.popleft())
            if need is not None:
                parts = self._parts(need.id)
                if parts != need.parts:
                    is_limited = self._residual.needs[need.id].is_limited
                    found.append(Wanted(need, parts, self._place(need), is_limited))
        return found

    def note_written(self, wanted: Iterable[Wanted], written: Mapping[UUID, Parts]) -> None:
        """Note what some needs have now; what is not as it was wanted is looked at once more."""
        for each in wanted:
            need = each.need.id
            parts = written.get(need, each.need.parts)
            self._note_used(each.need.parts, parts)
            self._set(need, replace(self._needs[need], parts=parts))
            if parts != each.parts:
                self._waiting.append(need)

    def offers(self, needs: Iterable[Wanted]) -> dict[UUID, PledgeState]:
        """Return the pledges, as they were decided on, of what some needs shall have."""
        return {pledge: self._pledges[pledge] for each in needs for pledge in each.parts}

    def _follow(self, need: UUID, state: NeedState | None, pledges: Pledges) -> None:
        """Leave to a need what it has for good now, and take from it what somebody ended."""
        had = self._needs[need].parts if need in self._needs else {}
        has = state.parts if state else {}
        for pledge, part in had.items():
            if (less := part - has.get(pledge, 0)) > 0:
                self._take_out(need, pledge, less, pledges.get(pledge))
        self._set(need, state)

    def _take_out(self, need: UUID, pledge: UUID, quantity: int, now: PledgeState | None) -> None:
        taker, giver = self._residual.needs.get(need), self._residual.pledges.get(pledge)
        if taker is None or giver is None:
            return
        by = min(quantity, taker.parts.get(giver, 0))
        before = giver.supply.received.get(taker.household, 0)
        more = now.received.get(self._needs[need].household, 0) - before if now else 0
        received = min(by, max(0, more))
        for part, is_received in ((received, True), (by - received, False)):
            if part:
                self._residual.take_out(need, pledge, part, received=is_received)

    def _note_used(self, before: Parts, after: Parts) -> None:
        """Note what is free of pledges, of which a need has another part now."""
        for pledge in before.keys() | after.keys():
            if (offer := self._pledges.get(pledge)) is not None:
                more = after.get(pledge, 0) - before.get(pledge, 0)
                self._pledges[pledge] = replace(offer, free=offer.free - more)

    def _set(self, need: UUID, state: NeedState | None) -> None:
        """Replace what is known of a need."""
        old = self._needs.pop(need, None)
        if old is not None:
            self._given.subtract(old.parts)
            del self._order[bisect_left(self._order, standing(old, self.terms.policy))]
        if state is not None:
            self._needs[need] = state
            self._given.update(state.parts)
            insort(self._order, standing(state, self.terms.policy))

    def _demand(self, need: UUID) -> Demand | None:
        state = self._needs.get(need)
        return state.demand(self.terms.policy) if state else None

    def _supply(self, pledge: UUID) -> Supply | None:
        offer = self._pledges.get(pledge)
        return offer.supply(self._given[pledge]) if offer else None

    def _fitting(self) -> Iterator[tuple[UUID, UUID, int]]:
        """Yield the parts that needs may keep, of the highest first: those that no rule forbids by now."""
        left = {
            pledge.id: pledge.supply(self._given[pledge.id]).quantity for pledge in self._pledges.values()
        }
        received: Counter[tuple[UUID, UUID]] = Counter()
        for need in sorted((need for need in self._needs.values() if need.parts), key=self._key):
            asked = need.quantity
            for pledge, part in need.parts.items():
                offer, whose = self._pledges.get(pledge), (pledge, need.household)
                if offer is None or not offer.admits(need):
                    continue
                room = offer.room(need.household)
                most = left[pledge] if room is None else min(left[pledge], room - received[whose])
                if (fits := min(part, asked, most)) > 0:
                    yield need.id, pledge, fits
                    asked -= fits
                    left[pledge] -= fits
                    received[whose] += fits

    def _by_urgency(self, needs: Iterable[UUID]) -> list[UUID]:
        """Return needs in the order in which they are written: those that give back, then the highest."""
        known = [self._needs[need] for need in needs if need in self._needs]
        return [
            need.id
            for need in sorted(
                known, key=lambda need: (not self._gives_back(need), self._residual.needs[need.id].key)
            )
        ]

    def _gives_back(self, need: NeedState) -> bool:
        if not need.parts:
            return False
        wanted = self._parts(need.id)
        return any(part > wanted.get(pledge, 0) for pledge, part in need.parts.items())

    def _key(self, need: NeedState) -> Key:
        return standing(need, self.terms.policy)

    def _parts(self, need: UUID) -> dict[UUID, int]:
        """Return what a need shall have."""
        return {pledge.name: part for pledge, part in self._residual.needs[need].parts.items()}

    def _place(self, need: NeedState) -> Place:
        rank = bisect_left(self._order, self._key(need)) + 1
        spare = self._residual.spare(need.id)
        return Place(rank, len(self._order), spare, self.terms)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Leave no time to the garbage collector: a market is none, and would be gone through each time it has grown."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()

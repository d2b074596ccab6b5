"""Bringing a market to rest, from where it was disturbed.

What is covered is best when two things hold: no open need reaches anything free, and none reaches a need that
stands lower and could lose. What came free goes to the highest open need that reaches it; a need that asks takes
what is free, else what the lowest in its reach has.

A need that is covered whole or not at all asks for all of it or for nothing. One that lost a part gives back the
rest; one that could not be covered is tried again, and what was tried is taken back, once as much has come free as
it lacked then. Each depends on those above it alone, so they are gone through from the highest on.

A need of a limited household asks for what those above it in its household leave to it. Where one of them has more or
less by now it is unsure, and asks anew before any whole is looked at: one after the other, each once all others are at
rest. What it gives back would go past somebody else if another asked who was not heard yet.
"""

from bisect import bisect_right
from dataclasses import replace
from math import inf

from services.programs.matching.engine.books import Books
from services.programs.matching.engine.nodes import Need, Part, Pledge, PledgeClass
from services.programs.matching.engine.reach import (
    Around,
    Walk,
    WayGone,
    highest_of,
    lowest_of,
    passed_on,
    search,
    steadiest,
    way_to,
)


class Settling:
    """What is disturbed in the books of a market, and how it comes to rest."""

    def __init__(self, books: Books) -> None:
        self._books = books
        # How much has ever come free: new in a pledge, or given back by a need.
        self._came_free = 0
        # Who may have something that is free to give, and who may ask without having been heard.
        self._givers: dict[Pledge, None] = {}
        self._askers: dict[Need, None] = {}

    def hear(self, need: Need) -> None:
        """Have a need heard that may ask for something."""
        self._askers[need] = None

    def offer(self, pledge: Pledge, more: int) -> None:
        """Add to what is free of a pledge."""
        self._books.set_free(pledge, pledge.free + more)
        self._came_free += more
        self._givers[pledge] = None

    def rest(self) -> None:
        """Bring the market to rest: first what is free, then who asks, then the wholes, of which the highest first."""
        while True:
            self._spend_all()
            for asker in sorted(self._askers, key=lambda each: each.place):
                if self._gives_back(asker):
                    # Once all others were heard.
                    continue
                if asker in self._books.unsure:
                    self._limit(asker)
                self._fill(asker)
            self._askers.clear()
            if not (self._limit_all() or self._settle_whole()):
                return

    def _settle_whole(self) -> bool:
        """Give up or cover the highest whole of which something is missing, or that can be covered at last.

        Return False where there is none.
        """
        rejected = self._books.rejected
        due = rejected[: bisect_right(rejected, self._came_free, key=lambda each: each[0])]
        for need in sorted((*self._books.broken, *(each[2] for each in due)), key=lambda each: each.place):
            if need.retry_at is None:
                self._reject(need)
                return True
            if self._try(need):
                return True
        return False

    def ask(self, need: Need) -> None:
        """Let a need ask for what it is described to want, as far as the limit of its household goes."""
        need.most = self._books.left_of_limit(need)
        self._books.ask(need, need.within(need.most), need.to_keep)

    def _gives_back(self, need: Need) -> bool:
        """Tell whether its household leaves less to a need by now than it has."""
        books = self._books
        return need in books.unsure and need.covered > need.within(books.left_of_limit(need))

    def _limit_all(self) -> bool:
        """Have all ask anew of whose household others have more or less by now; return False where none had to."""
        unsure = sorted(self._books.unsure, key=lambda each: each.place)
        return sum(self._limit(need) for need in unsure) > 0

    def _limit(self, need: Need) -> bool:
        """Have a need ask anew where its household has another quantity by now; return False where it has not."""
        books = self._books
        del books.unsure[need]
        before, need.most = need.most, books.left_of_limit(need)
        if need.most == before and need.covered <= need.quantity:
            # It may have been put off, when another of its household had more.
            self._fill(need)
            return False
        if need.demand.whole and not need.covered:
            books.ask(need, 0, 0)
            books.reject(need, 0)
            return True
        self.ask(need)
        self.release(need, max(0, need.covered - need.quantity))
        self._spend_all()
        self._fill(need)
        return True

    def _reject(self, need: Need) -> None:
        """Let a whole of which something is missing give back the rest."""
        lacked = need.quantity - need.covered
        self._books.ask(need, 0, 0)
        self.release(need, need.covered)
        self._books.reject(need, self._came_free + lacked)

    def _try(self, need: Need) -> bool:
        """Cover a whole that could not be covered, where it can be now; return False where it can't."""
        books = self._books
        moment = books.mark()
        books.reject(need, None)
        self.ask(need)
        self._fill(need)
        if need.is_broken:
            lacked = need.quantity - need.covered
            books.go_back(moment)
            books.reject(need, self._came_free + lacked)
            return False
        return True

    def _fill(self, need: Need) -> None:
        """Cover what a need asks for by what is free, else by what those have that stand lower."""
        books = self._books
        of, walk = need.of, None
        while (asking := need.asking()) is not None:
            if need.of is not of:
                of, walk = need.of, None
            may_displace = bool(books.losing) and books.losing[-1][0] > asking
            if not may_displace and not of.row & ~books.classes.dry:
                return
            # Who displaces others opens no new ways: what was reached before holds all that is reached after it.
            walk = walk or search(books, of.row, books.free)
            if walk.found:
                self._augment(need, walk)
                walk = None
                continue
            books.classes.dry |= walk.reached | walk.passed
            loser = lowest_of(books, walk.reached, asking) if may_displace else None
            if loser is None:
                return
            try:
                self._displace(need, walk, loser)
            except WayGone:
                walk = None

    def _spend_all(self) -> None:
        """Give all that came free to the open needs that reach it."""
        while self._givers:
            self._spend(self._givers.popitem()[0].of)

    def _spend(self, of: PledgeClass) -> None:
        """Give what is free of a class to the open needs that reach it, the highest first."""
        met = False
        while of.spare and not met:
            met = self._spend_once(of)

    def _spend_once(self, of: PledgeClass) -> bool:
        """Return False where somebody came to another class on the way, and has to be met there before others are."""
        books, bit = self._books, 1 << of.place
        books.rejoined.clear()
        around = Around()
        for need in highest_of(books, around):
            place = need.asking()
            while need.asking() == place and need.of.row & around.places:
                # Of this class alone: what else is free is for others.
                walk = search(books, need.of.row, bit)
                if not walk.found:
                    around.work_out(books, of)
                    continue
                self._augment(need, walk)
                if not of.spare:
                    return True
            if need.asking() in {None, place}:
                books.rejoined.discard(need)
            if books.rejoined:
                return False
        return True

    def release(self, need: Need, quantity: int) -> None:
        """Take so much from a need, what is spent last first."""
        for pledge in sorted(need.parts, key=lambda each: each.order, reverse=True):
            by = min(quantity, need.parts[pledge])
            if by:
                self._books.give(need, pledge, -by)
                self.offer(pledge, by)
                quantity -= by

    def shrink(self, pledge: Pledge, quantity: int) -> None:
        """Take from a pledge what is free of it, then what those have that stand lowest."""
        off = pledge.supply.quantity - quantity
        pledge.supply = replace(pledge.supply, quantity=quantity)
        by = min(off, pledge.free)
        self._books.set_free(pledge, pledge.free - by)
        off -= by
        for need in sorted(pledge.parts, key=lambda each: each.losing() or (), reverse=True):
            by = min(off, pledge.parts[need])
            if by:
                self._books.give(need, pledge, -by)
                self._askers[need] = None
                off -= by

    def _augment(self, need: Need, walk: Walk) -> None:
        """Let a need have what is free at the end of a way that was just found."""
        way = way_to(self._books, walk.steps, walk.found)
        pledge = way[-1].spare[0][1]
        by = self._pass_on(need, passed_on(way), pledge, min(need.asked, pledge.free))
        self._books.set_free(pledge, pledge.free - by)

    def _displace(self, need: Need, walk: Walk, loser: Need) -> None:
        """Let a need have what one that stands lower has. Raises WayGone before anything moves."""
        own = sum(1 << of.place for of in {pledge.of for pledge in loser.parts})
        way = way_to(self._books, walk.steps, own & walk.reached or loser.of.fed & walk.reached)
        chain = passed_on(way)
        mine = [pledge for pledge in loser.parts if pledge.of is way[-1]]
        if not mine:
            # Another need of its class gives what comes from the last on the way, and gets what the loser has.
            chain.append(steadiest(way[-1].receivers[loser.of]))
        lost = min(mine or loser.parts, key=lambda each: each.order)
        for at, (holder, pledge) in enumerate(chain):
            if holder is loser:
                # It is on the way itself, by what its household has of a pledge: it loses that, and the way ends there.
                chain, lost = chain[:at], pledge
                break
        most = min(need.asked, loser.losable, loser.parts[lost])
        self._pass_on(need, chain, lost, most, loser)

    def _pass_on(
        self, need: Need, chain: list[Part], last: Pledge, most: int, loser: Need | None = None
    ) -> int:
        """Let each take what the next one has, and the last one what is free or what the loser has.

        Return how much that was: no more than `most`, and what goes each step of the way.
        """
        takers = [need, *(holder for holder, _ in chain)]
        taken = [*(pledge for _, pledge in chain), last]
        holders = [*(holder for holder, _ in chain), loser]
        rooms = (_room(*each) for each in zip(takers, taken, holders, strict=True))
        parts = (holder.parts[pledge] for holder, pledge in chain)
        by = int(min(most, *parts, *rooms))
        if loser is not None:
            self._books.give(loser, last, -by)
        for taker, (holder, pledge) in zip(takers, chain, strict=False):
            self._books.give(holder, pledge, -by)
            self._books.give(taker, pledge, by)
        self._books.give(takers[-1], last, by)
        return by


def _room(taker: Need, pledge: Pledge, holder: Need | None) -> float:
    """Return how much of a pledge a need may take from another; of its own household all, whatever the cap is."""
    room = None if holder and holder.household == taker.household else pledge.room(taker.household)
    return inf if room is None else room

"""One market, event by event: after each, every need is covered as the batch would cover it.

What is covered is best when two things hold: no open need reaches anything free, and none reaches a need that
stands lower and could lose. Each event breaks them in one place, and is settled from there: a need that came or
lost something takes what is free, else what the lowest in its reach has (`_fill`); what came free goes to the
highest open need that reaches it (`_spend`).
"""

from collections.abc import Hashable, Mapping

from services.programs.matching.domain import Claim, Rule
from services.programs.matching.engine.books import Books
from services.programs.matching.engine.nodes import Key, Need, Part, Pledge, PledgeClass
from services.programs.matching.engine.reach import (
    Walk,
    around,
    highest_of,
    lowest_of,
    passed_on,
    search,
    steadiest,
    way_to,
)


class Residual:
    """The match of one market, always at rest between two calls."""

    def __init__(self) -> None:
        self._books = Books()

    @property
    def needs(self) -> Mapping[Hashable, Need]:
        """The needs by name."""
        return self._books.needs

    @property
    def pledges(self) -> Mapping[Hashable, Pledge]:
        """The pledges by name."""
        return self._books.pledges

    def put_need(  # noqa: PLR0913 - a need is all of this
        self,
        name: Hashable,
        key: Key,
        claim: Claim,
        quantity: int,
        *,
        kept: int = 0,
        excluded: frozenset[Hashable] = frozenset(),
    ) -> None:
        """Take in a need, or what is new of one.

        The smaller `key` stands higher; no two are equal. `kept` of the quantity comes before all that is not
        kept; `excluded` are pledges that the need must not have.
        """
        books = self._books
        need = books.needs.get(name)
        if need is not None and (
            (need.key, need.of.claim, need.of.excluded) != (key, claim, excluded) or kept < need.kept
        ):
            self.drop_need(name)
            need = None
        if need is None:
            need = books.needs[name] = Need(name, key, books.need_class(claim, excluded))
        books.change(need, quantity, min(kept, quantity), need.covered)
        if need.covered > quantity:
            self._free_of(need, need.covered - quantity)
        self._fill(need)

    def drop_need(self, name: Hashable) -> None:
        """Forget a need; what it had goes to those who wait."""
        need = self._books.needs.pop(name, None)
        if need is not None:
            self._books.change(need, 0, 0, need.covered)
            self._free_of(need, need.covered)

    def put_pledge(self, name: Hashable, rule: Rule, quantity: int, order: Key) -> None:
        """Take in a pledge, or what is new of one. The smaller `order` is spent first; no two are equal."""
        books = self._books
        pledge = books.pledges.get(name)
        if pledge is not None and (pledge.of.rule, pledge.order) != (rule, order):
            self.drop_pledge(name)
            pledge = None
        if pledge is None:
            pledge = books.pledges[name] = Pledge(name, order, books.pledge_class(rule, name))
        if quantity < pledge.quantity:
            self._shrink(pledge, quantity)
        else:
            books.set_free(pledge, pledge.free + quantity - pledge.quantity)
            pledge.quantity = quantity
            self._spend(pledge.of)

    def drop_pledge(self, name: Hashable) -> None:
        """Forget a pledge; whom it covered is covered by others, as far as that goes."""
        pledge = self._books.pledges.get(name)
        if pledge is not None:
            self._shrink(pledge, 0)
            del self._books.pledges[name]

    def moved(self) -> dict[tuple[Hashable, Hashable], int]:
        """Return by how much what each need has of each pledge changed since this was last asked."""
        found, self._books.moved = self._books.moved, {}
        return found

    def _fill(self, need: Need) -> None:
        """Cover what a need asks for by what is free, else by what those have that stand lower."""
        books, row = self._books, need.of.row
        walk: Walk | None = None
        while (asking := need.asking()) is not None:
            may_displace = bool(books.losing) and books.losing[-1][0] > asking
            if not may_displace and not row & ~books.dry:
                return
            # Who displaces others opens no new ways: what was reached before holds all that is reached after it.
            walk = walk or search(books, row, books.free)
            if walk.found:
                self._augment(need, walk)
                walk = None
                continue
            books.dry |= walk.reached
            loser = lowest_of(books, walk.reached, asking) if may_displace else None
            if loser is None:
                return
            if not self._displace(need, walk, loser):
                walk = None

    def _spend(self, of: PledgeClass) -> None:
        """Give what is free of a class to the open needs that reach it, the highest first."""
        books, bit = self._books, 1 << of.place
        if not of.spare:
            return
        reaching = around(books, of)
        for need in highest_of(books, reaching):
            place = need.asking()
            while need.asking() == place and need.of.row & reaching:
                # Of this class alone: what else is free is for others.
                walk = search(books, need.of.row, bit)
                if not walk.found:
                    reaching = around(books, of)
                    continue
                self._augment(need, walk)
                if not of.spare:
                    return

    def _free_of(self, need: Need, quantity: int) -> None:
        """Take so much from a need, what is spent last first, and give it to those who wait."""
        classes: dict[PledgeClass, None] = {}
        for pledge in sorted(need.parts, key=lambda each: each.order, reverse=True):
            by = min(quantity, need.parts[pledge])
            if by:
                self._books.give(need, pledge, -by)
                self._books.set_free(pledge, pledge.free + by)
                classes[pledge.of] = None
                quantity -= by
        for each in classes:
            self._spend(each)

    def _shrink(self, pledge: Pledge, quantity: int) -> None:
        """Take from a pledge what is free of it, then what those have that stand lowest; cover them anew."""
        off = pledge.quantity - quantity
        pledge.quantity = quantity
        by = min(off, pledge.free)
        self._books.set_free(pledge, pledge.free - by)
        off -= by
        losers = []
        for need in sorted(pledge.parts, key=lambda each: each.losing() or (), reverse=True):
            if not off:
                break
            by = min(off, pledge.parts[need])
            self._books.give(need, pledge, -by)
            off -= by
            losers.append(need)
        for need in sorted(losers, key=lambda each: each.asking() or ()):
            self._fill(need)

    def _augment(self, need: Need, walk: Walk) -> None:
        """Let a need have what is free at the end of a way."""
        way = way_to(self._books, walk.steps, walk.found)
        chain = passed_on(way) or []
        pledge = way[-1].spare[0][1]
        by = min(need.asked, pledge.free, *_parts_of(chain))
        self._pass_on(need, chain, pledge, by)
        self._books.set_free(pledge, pledge.free - by)

    def _displace(self, need: Need, walk: Walk, loser: Need) -> bool:
        """Let a need have what one that stands lower has; return False where the way to it is gone since the search."""
        own = sum(1 << of.place for of in {pledge.of for pledge in loser.parts})
        way = way_to(self._books, walk.steps, own & walk.reached or loser.of.fed & walk.reached)
        chain = passed_on(way)
        if chain is None:
            return False
        mine = [pledge for pledge in loser.parts if pledge.of is way[-1]]
        if not mine:
            # Another need of its class gives what comes from the last on the way, and gets what the loser has.
            chain.append(steadiest(way[-1].receivers[loser.of]))
        lost = min(mine or loser.parts, key=lambda each: each.order)
        by = min(need.asked, loser.losable, loser.parts[lost], *_parts_of(chain))
        self._books.give(loser, lost, -by)
        self._pass_on(need, chain, lost, by)
        return True

    def _pass_on(self, need: Need, chain: list[Part], last: Pledge, by: int) -> None:
        """Let each take what the next one has, and the last one what was freed."""
        taker = need
        for holder, pledge in chain:
            self._books.give(holder, pledge, -by)
            self._books.give(taker, pledge, by)
            taker = holder
        self._books.give(taker, last, by)


def _parts_of(chain: list[Part]) -> list[int]:
    return [holder.parts[pledge] for holder, pledge in chain]

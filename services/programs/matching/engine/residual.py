"""One market, event by event: after each, every need is covered as the batch would cover it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from services.programs.matching.engine.admission import bits
from services.programs.matching.engine.books import Books
from services.programs.matching.engine.nodes import Demand, Name, Need, Pledge, Supply
from services.programs.matching.engine.reach import unsettled
from services.programs.matching.engine.settling import Settling


class Residual:
    """The match of one market, always at rest between two calls."""

    def __init__(self) -> None:
        self._books = Books()
        self._settling = Settling(self._books)
        # How much less households have of capped pledges, until it is said what is left of these.
        self._given_back: Counter[Name] = Counter()

    @property
    def needs(self) -> Mapping[Name, Need]:
        """The needs by name."""
        return self._books.needs

    @property
    def pledges(self) -> Mapping[Name, Pledge]:
        """The pledges by name."""
        return self._books.pledges

    def change(self, needs: Mapping[Name, Demand | None], pledges: Mapping[Name, Supply | None]) -> None:
        """Take in pledges and needs, or what is new of them; None where one is gone."""
        for name, supply in pledges.items():
            self._change_pledge(name, supply)
        for name, demand in needs.items():
            self._change_need(name, demand)

    def take_out(self, need: Name, pledge: Name, by: int, *, received: bool) -> None:
        """Leave to others what a need has of a pledge: neither asks for it nor offers it any more.

        `received` where it counts for the pledge's cap from now on, as what is paid does. Call `change` to say what
        is left of both.
        """
        books = self._books
        taker, giver = books.needs[need], books.pledges[pledge]
        demand, supply = taker.demand, giver.supply
        given = {**supply.received, taker.household: supply.received.get(taker.household, 0) + by}
        counted = given if received and supply.cap is not None else supply.received
        giver.supply = replace(supply, quantity=supply.quantity - by, received=counted)
        limit = None if demand.household_limit is None else demand.household_limit - by
        taker.demand = replace(
            demand, quantity=demand.quantity - by, kept=max(0, demand.kept - by), household_limit=limit
        )
        books.give(taker, giver, -by)
        if supply.cap is not None and not received:
            self._given_back[pledge] += by
        self._settling.ask(taker)

    def restore(
        self,
        needs: Mapping[Name, Demand],
        pledges: Mapping[Name, Supply],
        parts: Iterable[tuple[Name, Name, int]],
    ) -> None:
        """Take in a market as it was left, with (need, pledge, quantity) of what each need has.

        It is at rest where it was; `settle` brings it there.
        """
        books = self._books
        for name, supply in pledges.items():
            books.set_free(books.enter_pledge(name, supply), supply.quantity)
        for name, demand in needs.items():
            self._settling.ask(books.enter_need(name, demand))
        for need, pledge, quantity in parts:
            giver = books.pledges[pledge]
            books.give(books.needs[need], giver, quantity)
            books.set_free(giver, giver.free - quantity)
        for each in books.needs.values():
            if each.demand.household_limit is not None:
                # By what the others of its household have now.
                self._settling.ask(each)
                books.unsure[each] = None
        for each in [each for each in books.broken if not each.covered]:
            books.reject(each, 0)
            books.ask(each, 0, 0)

    def settle(self) -> None:
        """Bring a market to rest that was taken in as it was left."""
        askers = unsettled(self._books)
        while True:
            for need in askers:
                self._settling.hear(need)
            self._settling.rest()
            askers = unsettled(self._books)
            if not askers:
                return

    def spare(self, need: Name) -> int:
        """Return how many pledges have something free that a need might have, beside those that it has."""
        books, taker = self._books, self._books.needs[need]
        places = bits(taker.of.row & books.free)
        free = sum(len(books.classes.of_pledges[place].spare) for place in places)
        return free - sum(1 for pledge in taker.parts if pledge.free and taker.of.row >> pledge.of.place & 1)

    def touched(self) -> set[Name]:
        """Return the needs that gained or lost something since this was last asked, or went."""
        self._books.forget_moments()
        found, self._books.touched = self._books.touched, set()
        return found

    def _change_need(self, name: Name, demand: Demand | None) -> None:
        books = self._books
        need = books.needs.get(name)
        if need is not None and (demand is None or not self._stays(need, demand)):
            books.reject(need, None)
            books.ask(need, 0, 0)
            self._settling.release(need, need.covered)
            books.strike_need(need)
            # Before it comes again: while all others are at rest, it alone is not.
            self._settling.rest()
            need = None
        if demand is None:
            return
        if need is None:
            need = books.enter_need(name, demand)
        else:
            books.describe(need, demand)
        if need.retry_at is not None or (demand.whole and not need.covered):
            books.reject(need, 0)
        else:
            self._settling.ask(need)
            self._settling.release(need, max(0, need.covered - need.quantity))
            self._settling.hear(need)
        self._settling.rest()

    def _change_pledge(self, name: Name, supply: Supply | None) -> None:
        books = self._books
        pledge = books.pledges.get(name)
        given_back = self._given_back.pop(name, 0)
        if pledge is not None and (
            supply is None
            or replace(pledge.supply, quantity=supply.quantity) != supply
            # Somebody's household may have more of it than before, and it is not all offered.
            or supply.quantity < pledge.supply.quantity + given_back
            and given_back
        ):
            self._settling.shrink(pledge, 0)
            books.strike_pledge(pledge)
            self._settling.rest()
            pledge = None
        if supply is None:
            return
        if pledge is None:
            pledge = books.enter_pledge(name, replace(supply, quantity=0))
        more = supply.quantity - pledge.supply.quantity
        if more < 0:
            self._settling.shrink(pledge, supply.quantity)
        elif more:
            pledge.supply = supply
            self._settling.offer(pledge, more)
        self._settling.rest()

    def _stays(self, need: Need, demand: Demand) -> bool:
        """Tell whether a need keeps its place and what it has, and gives nobody a way that was not there."""
        old = need.demand
        may_differ = ("quantity", "kept", "excluded", "household_limit")
        alike = replace(old, **{name: getattr(demand, name) for name in may_differ}) == demand
        whole = not demand.whole or demand.quantity == old.quantity
        return alike and whole and demand.kept >= old.kept and self._books.may_keep(need, demand)

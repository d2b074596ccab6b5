"""What can happen in a small market, for hypothesis to put together."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from hypothesis import strategies as st

from services.programs.matching.domain import Claimed, Rule
from services.programs.matching.engine.market import Market, settle
from services.programs.matching.engine.nodes import Demand, Key, Need, Supply
from services.programs.matching.engine.residual import Residual

AREAS = ("35.17", "35.17.01", "35.17.01.2001", "35.17.01.2002", "35.17.02.2001")
CATEGORIES = ("food", "health")
ATTRIBUTES = ("elderly", "toddler")

quantities = st.integers(1, 20)
places = st.integers(0, 3)


def _some(names: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(names), max_size=2)


claims = st.builds(
    Claimed, st.sampled_from(CATEGORIES), st.sampled_from(AREAS[2:]), st.integers(1, 2), _some(ATTRIBUTES)
)
rules = st.builds(
    Rule,
    areas=_some(AREAS),
    categories=_some(CATEGORIES),
    attributes=_some(ATTRIBUTES),
    max_decile=st.sampled_from((None, None, 1, 2)),
    zakat=st.sampled_from((False, False, False, True)),
)
which = st.integers(0, 30)

# What happens, and to which of those that there are.
happenings = st.one_of(
    st.tuples(st.just("need"), places, claims, quantities),
    st.tuples(st.just("need"), places, claims, quantities),
    st.tuples(st.just("whole"), places, claims, quantities),
    st.tuples(st.just("pledge"), places, rules, quantities),
    st.tuples(st.just("pledge is changed"), which, st.integers(0, 20)),
    st.tuples(st.just("pledge is withdrawn"), which),
    st.tuples(st.just("need is changed"), which, quantities),
    st.tuples(st.just("need moves"), which, places),
    st.tuples(st.just("need is another"), which, claims),
    st.tuples(st.just("household is told"), which),
    st.tuples(st.just("need is closed"), which),
    st.tuples(st.just("pledge is vetoed"), which, which),
    st.tuples(st.just("part is paid"), which, which),
    st.tuples(st.just("part is refused"), which, which),
)
streams = st.lists(happenings, min_size=1, max_size=40)


@dataclass
class Played:
    """A residual to which things happen, and what it said that moved."""

    residual: Residual = field(default_factory=Residual)
    parts: dict[tuple[object, object], int] = field(default_factory=dict)
    count: int = 0

    def happen(self, what: str, *given: object) -> None:
        """Let something happen; to nobody where there is none."""
        self.count += 1
        step: Callable[..., None] = getattr(self, "_" + what.replace(" ", "_"))
        step(*given)
        touched = self.residual.touched()
        self.parts = {at: quantity for at, quantity in self.parts.items() if at[0] not in touched}
        for need in (self.residual.needs[name] for name in touched if name in self.residual.needs):
            self.parts |= {(need.name, pledge.name): part for pledge, part in need.parts.items()}

    def _need(self, place: int, claim: Claimed, quantity: int) -> None:
        self.residual.change({self.count: Demand((place, self.count), claim, quantity)}, {})

    def _whole(self, place: int, claim: Claimed, quantity: int) -> None:
        self.residual.change({self.count: Demand((place, self.count), claim, quantity, whole=True)}, {})

    def _pledge(self, place: int, rule: Rule, quantity: int) -> None:
        self.residual.change({}, {-self.count: Supply(rule, quantity, (place, self.count))})

    def _pledge_is_changed(self, at: int, quantity: int) -> None:
        if (name := self._pledge_at(at)) is not None:
            supply = self.residual.pledges[name].supply
            self.residual.change({}, {name: replace(supply, quantity=quantity)})

    def _pledge_is_withdrawn(self, at: int) -> None:
        if (name := self._pledge_at(at)) is not None:
            self.residual.change({}, {name: None})

    def _need_is_changed(self, at: int, quantity: int) -> None:
        self._put(at, lambda need: replace(need.demand, quantity=quantity))

    def _need_moves(self, at: int, place: int) -> None:
        self._put(at, lambda need: replace(need.demand, key=(place, need.name)))

    def _need_is_another(self, at: int, claim: Claimed) -> None:
        self._put(at, lambda need: replace(need.demand, claim=claim))

    def _household_is_told(self, at: int) -> None:
        self._put(at, lambda need: replace(need.demand, kept=need.covered))

    def _need_is_closed(self, at: int) -> None:
        if self.residual.needs:
            self.residual.change({self._need_at(at).name: None}, {})

    def _pledge_is_vetoed(self, at: int, pledge: int) -> None:
        if (name := self._pledge_at(pledge)) is not None:
            self._put(at, lambda need: replace(need.demand, excluded=need.demand.excluded | {name}))

    def _part_is_paid(self, at: int, pledge: int) -> None:
        self._take_out(at, pledge, paid=True)

    def _part_is_refused(self, at: int, pledge: int) -> None:
        self._take_out(at, pledge, paid=False)

    def _take_out(self, at: int, which: int, *, paid: bool) -> None:
        if not self.residual.needs or not self._need_at(at).parts:
            return
        need = self._need_at(at)
        pledge = list(need.parts)[which % len(need.parts)]
        by, demand, supply = need.parts[pledge], need.demand, pledge.supply
        self.residual.take_out(need.name, pledge.name, by, received=paid)
        left = need.demand if need.demand.quantity else None
        if paid:
            self.residual.change({need.name: left}, {})
        else:
            again = replace(demand, excluded=demand.excluded | {pledge.name})
            self.residual.change({need.name: again}, {pledge.name: supply})

    def _put(self, at: int, change: Callable[[Need], Demand]) -> None:
        if self.residual.needs:
            need = self._need_at(at)
            self.residual.change({need.name: change(need)}, {})

    def _need_at(self, at: int) -> Need:
        needs = list(self.residual.needs.values())
        return needs[at % len(needs)]

    def _pledge_at(self, at: int) -> object:
        pledges = list(self.residual.pledges)
        return pledges[at % len(pledges)] if pledges else None


def best(residual: Residual) -> dict[object, int]:
    """Return what the batch would give to each need: first what is kept, then the rest, both in their order."""
    needs = list(residual.needs.values())
    pledges = sorted(residual.pledges.values(), key=lambda each: each.order)
    asked = sorted(
        (place, number, quantity)
        for number, need in enumerate(needs)
        for place, quantity in _asked(need.demand)
        if quantity
    )
    place_of = {pledge.name: place for place, pledge in enumerate(pledges)}
    market = Market(
        claims=[need.demand.claim for need in needs],
        claim_of=np.array([number for _, number, _ in asked], np.int64),
        wanted=np.array([quantity for _, _, quantity in asked], np.int64),
        rules=[pledge.supply.rule for pledge in pledges],
        rule_of=np.arange(len(pledges)),
        pledged=np.array([pledge.supply.quantity for pledge in pledges], np.int64),
        indivisible=np.array([needs[number].demand.whole for _, number, _ in asked], np.bool_),
        excluded=[
            (at, place_of[name])
            for at, (_, number, _) in enumerate(asked)
            for name in needs[number].demand.excluded
            if name in place_of
        ],
    )
    found: dict[object, int] = dict.fromkeys(residual.needs, 0)
    for (_, number, _), covered in zip(asked, settle(market).covered.tolist(), strict=True):
        found[needs[number].name] += covered
    return found


def _asked(demand: Demand) -> list[tuple[Key, int]]:
    """Return the places of what a need asks for, and how much of it stands there."""
    kept = demand.quantity if demand.whole and demand.kept else min(demand.kept, demand.quantity)
    return [((0, *demand.key), kept), ((1, *demand.key), demand.quantity - kept)]

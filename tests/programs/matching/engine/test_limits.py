"""Pledges with a cap for each household and a minimum, and households with a limit in all.

Beside OR-tools' maximum flow, which knows no order.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.graph.python.max_flow import SimpleMaxFlow

from services.programs.matching.domain import Claimed, Rule
from services.programs.matching.engine.nodes import Demand, Name, Need, Pledge, Supply
from services.programs.matching.engine.residual import Residual
from tests.programs.matching.engine.streams import Played, happenings, places, quantities, rules, which

limited = st.tuples(
    st.just("limited pledge"), places, rules, quantities, st.integers(1, 8), st.integers(1, 4)
)
changed = st.tuples(st.just("limits are changed"), which, st.integers(1, 8), st.integers(1, 4))
in_all = st.tuples(st.just("household has another limit"), which, st.integers(-5, 40))
streams = st.lists(st.one_of(happenings, limited, changed, in_all), min_size=1, max_size=30)


@dataclass
class Limited(Played):
    """A residual in which pledges may have a cap and a minimum; its needs are of so many households, or each of one.

    Where `in_all` is given, each household has so much at most, by each need and those above it.
    """

    households: int = 0
    in_all: int | None = None

    def _need(self, place: int, claim: Any, quantity: int) -> None:
        self._of_household(Demand((place, self.count), claim, quantity))

    def _whole(self, place: int, claim: Any, quantity: int) -> None:
        self._of_household(Demand((place, self.count), claim, quantity, whole=True))

    def _of_household(self, demand: Demand) -> None:
        household = self.count % self.households if self.households else None
        self.residual.change(
            {self.count: replace(demand, household=household, household_limit=self.in_all)}, {}
        )

    def _limited_pledge(self, place: int, rule: Any, quantity: int, cap: int, minimum: int) -> None:
        supply = Supply(rule, quantity, (place, self.count), cap=cap, minimum=minimum)
        self.residual.change({}, {-self.count: supply})

    def _limits_are_changed(self, at: int, cap: int, minimum: int) -> None:
        if (name := self._pledge_at(at)) is not None:
            supply = self.residual.pledges[name].supply
            self.residual.change({}, {name: replace(supply, cap=cap, minimum=minimum)})

    def _household_has_another_limit(self, at: int, limit: int) -> None:
        if self.in_all is not None:
            self._put(at, lambda need: replace(need.demand, household_limit=limit))


def _most(needs: Mapping[Name, tuple[Need, int]], pledges: Mapping[Name, Supply]) -> int:
    """Return how much of some needs, each no more than told beside it, the pledges can cover together."""
    flow = SimpleMaxFlow()
    households = {need.household for need, _ in needs.values()}
    capped = [(pledge, household) for pledge in pledges for household in households]
    node = {name: number for number, name in enumerate([None, *needs, *pledges, *capped])}
    sink = len(node)
    for name, (_, most) in needs.items():
        flow.add_arc_with_capacity(node[name], sink, most)
    for pledge, household in capped:
        supply = pledges[pledge]
        room = supply.quantity if supply.cap is None else supply.cap - supply.received.get(household, 0)
        flow.add_arc_with_capacity(node[pledge], node[pledge, household], max(0, room))
    for pledge, supply in pledges.items():
        flow.add_arc_with_capacity(0, node[pledge], supply.quantity)
        for name, (need, most) in needs.items():
            demand = need.demand
            small = demand.quantity < supply.minimum
            if supply.rule.admits(demand.claim) and pledge not in demand.excluded and not small:
                flow.add_arc_with_capacity(node[pledge, need.household], node[name], most)
    flow.solve(0, sink)
    return int(flow.optimal_flow())


def best(residual: Residual) -> dict[Name, int]:
    """Return what each need gets where the needs are gone through in their order, nobody taking from one before."""
    pledges = {name: pledge.supply for name, pledge in residual.pledges.items()}
    asked = []
    for need in residual.needs.values():
        demand = need.demand
        kept = demand.quantity if demand.whole and demand.kept else min(demand.kept, demand.quantity)
        asked += [((0, *need.key), need, kept), ((1, *need.key), need, demand.quantity - kept)]
    got: dict[Name, tuple[Need, int]] = {}
    total = 0
    for place, need, quantity in sorted((each for each in asked if each[2]), key=lambda each: each[0]):
        had = got[need.name][1] if need.name in got else 0
        if place[0]:
            quantity = min(quantity, _left(need, got) - had)
        if quantity <= 0:
            continue
        more = _most({**got, need.name: (need, had + quantity)}, pledges) - total
        if need.demand.whole and had + more < need.demand.quantity:
            continue
        got[need.name] = need, had + more
        total += more
    return {name: got[name][1] if name in got else 0 for name in residual.needs}


def _left(need: Need, got: Mapping[Name, tuple[Need, int]]) -> int:
    """Return how much the limit of its household leaves to a need, beside what the others have by now."""
    limit = need.demand.household_limit
    if limit is None:
        return need.demand.quantity
    kin = (each for each in got.values() if each[0].household == need.household and each[0] is not need)
    return limit - sum(quantity for _, quantity in kin)


@pytest.mark.parametrize("in_all", [None, 20], ids=["no limit in all", "a limit in all"])
@pytest.mark.parametrize("households", [0, 1, 3], ids=["each of another", "all of one", "of three"])
@settings(max_examples=300, deadline=None)
@given(stream=streams)
def test_caps_and_minimums_cost_nothing_that_they_do_not_forbid(
    households: int, in_all: int | None, stream: list[tuple[Any, ...]]
) -> None:
    played = Limited(households=households, in_all=in_all)
    for what, *given_ in stream:
        played.happen(what, *given_)
        residual = played.residual
        for pledge in residual.pledges.values():
            _assert_limits(pledge)
        assert {name: need.covered for name, need in residual.needs.items()} == best(residual)


@settings(max_examples=200, deadline=None)
@given(stream=streams)
def test_limited_households_are_restored_and_brought_to_rest(stream: list[tuple[Any, ...]]) -> None:
    played = Limited(households=3, in_all=20)
    for what, *given_ in stream:
        played.happen(what, *given_)
    demands = {name: need.demand for name, need in played.residual.needs.items()}
    supplies = {name: pledge.supply for name, pledge in played.residual.pledges.items()}
    for parts in ([], [(need, pledge, part) for (need, pledge), part in played.parts.items()]):
        again = Residual()
        again.restore(demands, supplies, parts)
        again.settle()
        assert {name: need.covered for name, need in again.needs.items()} == best(played.residual)


def test_a_whole_whose_household_loses_everything_is_given_up() -> None:
    played, claim = Limited(households=1, in_all=20), Claimed("food", "35.17.01.2001", 1)
    for what in (*["need"] * 2, "whole"):
        played.happen(what, 0, claim, 1)
    played.happen("pledge", 0, Rule(), 3)
    played.happen("pledge is changed", 0, 0)
    assert not any(need.covered for need in played.residual.needs.values())


def test_a_whole_that_its_household_still_may_have_is_tried_once() -> None:
    played, claim = Limited(households=1, in_all=20), Claimed("food", "35.17.01.2001", 1)
    played.happen("whole", 1, claim, 15)
    played.happen("pledge", 0, Rule(), 1)
    played.happen("need", 0, claim, 6)
    assert [need.covered for need in played.residual.needs.values()] == [0, 1]


def _assert_limits(pledge: Pledge) -> None:
    supply, given_to = pledge.supply, Counter[Name]()
    for need, part in pledge.parts.items():
        assert need.demand.quantity >= supply.minimum or need.covered == need.demand.quantity
        given_to[need.household] += part
    for household, quantity in given_to.items():
        assert pledge.supply.cap is None or quantity + supply.received.get(household, 0) <= pledge.supply.cap

"""Pledges with a cap for each household and a minimum, beside OR-tools' maximum flow, which knows no order."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.graph.python.max_flow import SimpleMaxFlow

from services.programs.matching.engine.nodes import Demand, Name, Supply
from services.programs.matching.engine.residual import Residual
from tests.programs.matching.engine.streams import Played, happenings, places, quantities, rules, which

limited = st.tuples(
    st.just("limited pledge"), places, rules, quantities, st.integers(1, 8), st.integers(1, 4)
)
changed = st.tuples(st.just("limits are changed"), which, st.integers(1, 8), st.integers(1, 4))
streams = st.lists(st.one_of(happenings, limited, changed), min_size=1, max_size=30)


class Limited(Played):
    """A residual in which pledges may have a cap and a minimum. Each need is of another household."""

    def _limited_pledge(self, place: int, rule: Any, quantity: int, cap: int, minimum: int) -> None:
        supply = Supply(rule, quantity, (place, self.count), cap=cap, minimum=minimum)
        self.residual.change({}, {-self.count: supply})

    def _limits_are_changed(self, at: int, cap: int, minimum: int) -> None:
        if (name := self._pledge_at(at)) is not None:
            supply = self.residual.pledges[name].supply
            self.residual.change({}, {name: replace(supply, cap=cap, minimum=minimum)})


def _most(needs: Mapping[Name, tuple[Demand, int]], pledges: Mapping[Name, Supply]) -> int:
    """Return how much of some needs, each no more than told beside it, the pledges can cover together."""
    flow = SimpleMaxFlow()
    node = {name: number for number, name in enumerate([None, *needs, *pledges])}
    sink = len(node)
    for name, (_, most) in needs.items():
        flow.add_arc_with_capacity(node[name], sink, most)
    for pledge, supply in pledges.items():
        flow.add_arc_with_capacity(0, node[pledge], supply.quantity)
        for need, (demand, _) in needs.items():
            room = supply.quantity if supply.cap is None else supply.cap - supply.received.get(need, 0)
            small = demand.quantity < supply.minimum
            if supply.rule.admits(demand.claim) and pledge not in demand.excluded and not small and room > 0:
                flow.add_arc_with_capacity(node[pledge], node[need], room)
    flow.solve(0, sink)
    return int(flow.optimal_flow())


def _best(residual: Residual) -> dict[Name, int]:
    """Return what each need gets where the needs are gone through in their order, nobody taking from one before."""
    pledges = {name: pledge.supply for name, pledge in residual.pledges.items()}
    asked = []
    for need in residual.needs.values():
        demand = need.demand
        kept = demand.quantity if demand.whole and demand.kept else min(demand.kept, demand.quantity)
        asked += [((0, *need.key), need, kept), ((1, *need.key), need, demand.quantity - kept)]
    got: dict[Name, tuple[Demand, int]] = {}
    total = 0
    for _, need, quantity in sorted((each for each in asked if each[2]), key=lambda each: each[0]):
        had = got[need.name][1] if need.name in got else 0
        more = _most({**got, need.name: (need.demand, had + quantity)}, pledges) - total
        if need.demand.whole and more < quantity:
            continue
        got[need.name] = need.demand, had + more
        total += more
    return {name: got[name][1] if name in got else 0 for name in residual.needs}


@settings(max_examples=300, deadline=None)
@given(streams)
def test_caps_and_minimums_cost_nothing_that_they_do_not_forbid(stream: list[tuple[Any, ...]]) -> None:
    played = Limited()
    for what, *given_ in stream:
        played.happen(what, *given_)
        residual = played.residual
        for pledge in residual.pledges.values():
            supply = pledge.supply
            for need, part in pledge.parts.items():
                assert need.demand.quantity >= supply.minimum or need.covered == need.demand.quantity
                received = supply.received.get(need.name, 0)
                assert supply.cap is None or part + received <= supply.cap
        assert {name: need.covered for name, need in residual.needs.items()} == _best(residual)

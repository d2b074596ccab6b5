"""The batch beside a solver that knows nothing of classes, order or paths: OR-tools' minimum-cost flow."""

from collections import Counter
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from bench.matching.compressed import Compressed, tiers_of
from bench.matching.flow_ortools import solve
from bench.matching.generator import market as generated
from services.programs.matching.engine.market import Market, compress, settle
from tests.programs.matching.engine.streams import claims, quantities, rules


@st.composite
def markets(draw: st.DrawFn) -> Market:
    """Return a market of a few needs and pledges, some of which must not meet."""
    needs = draw(st.lists(st.tuples(claims, quantities), min_size=1, max_size=12))
    pledges = draw(st.lists(st.tuples(rules, quantities), min_size=1, max_size=8))
    pairs = st.tuples(st.integers(0, len(needs) - 1), st.integers(0, len(pledges) - 1))
    return Market(
        claims=[claim for claim, _ in needs],
        claim_of=np.arange(len(needs)),
        wanted=np.array([quantity for _, quantity in needs]),
        rules=[rule for rule, _ in pledges],
        rule_of=np.arange(len(pledges)),
        pledged=np.array([quantity for _, quantity in pledges]),
        indivisible=np.array(draw(st.lists(st.booleans(), min_size=len(needs), max_size=len(needs)))),
        excluded=draw(st.lists(pairs, max_size=4)),
    )


def _admits(market: Market, need: int, pledge: int) -> bool:
    rule, claim = market.rules[market.rule_of[pledge]], market.claims[market.claim_of[need]]
    return rule.admits(claim) and (need, pledge) not in market.excluded


def _solved(market: Market, wanted: list[int]) -> list[int]:
    """Return the coverage of needs by need and pledge, where each costs its place: the first is the cheapest."""
    flow = SimpleMinCostFlow()
    needs, pledges = len(wanted), len(market.pledged)
    source, sink = needs + pledges, needs + pledges + 1
    asked = [flow.add_arc_with_capacity_and_unit_cost(n, sink, wanted[n], n) for n in range(needs)]
    for pledge in range(pledges):
        quantity = int(market.pledged[pledge])
        flow.add_arc_with_capacity_and_unit_cost(source, needs + pledge, quantity, 0)
        for need in range(needs):
            if _admits(market, need, pledge):
                flow.add_arc_with_capacity_and_unit_cost(needs + pledge, need, quantity, 0)
    total = int(min(market.pledged.sum(), sum(wanted)))
    flow.set_node_supply(source, total)
    flow.set_node_supply(sink, -total)
    assert flow.solve_max_flow_with_min_cost() == flow.OPTIMAL
    return [flow.flow(arc) for arc in asked]


def _assert_parts(market: Market) -> None:
    found = settle(market)
    got, used = Counter[int](), Counter[int]()
    for need, pledge, quantity in zip(*(column.tolist() for column in found.parts), strict=True):
        assert quantity > 0
        assert _admits(market, need, pledge)
        got[need] += quantity
        used[pledge] += quantity
    assert [got[need] for need in range(len(market.wanted))] == found.covered.tolist()
    assert all(used[pledge] <= market.pledged[pledge] for pledge in range(len(market.pledged)))


@settings(max_examples=400, deadline=None)
@given(markets())
def test_every_need_gets_what_the_cheapest_flow_gives_it(market: Market) -> None:
    divisible = replace(market, indivisible=None)
    assert settle(divisible).covered.tolist() == _solved(divisible, divisible.wanted.tolist())
    _assert_parts(divisible)


@settings(max_examples=400, deadline=None)
@given(markets())
def test_an_indivisible_need_is_covered_whole_where_nobody_before_it_loses(market: Market) -> None:
    assert market.indivisible is not None
    wanted = [0] * len(market.wanted)
    for need, quantity in enumerate(market.wanted.tolist()):
        # What those before it got, they must keep, and it comes next.
        wanted[need] = quantity
        got = _solved(market, wanted)[need]
        wanted[need] = got if got == quantity or not market.indivisible[need] else 0
    assert settle(market).covered.tolist() == wanted
    _assert_parts(market)


def test_every_tier_of_a_large_market_gets_what_the_cheapest_flow_gives_it() -> None:
    for supply in (0.4, 0.7, 1.2):
        market = generated(2_000, supply, seed=3)
        tiers = tiers_of(2_000, 20)
        covered = np.bincount(tiers, settle(market).covered, 20).astype(int).tolist()
        assert covered == solve(Compressed.of(compress(market), market.wanted, 20))["covered"]
        _assert_parts(market)

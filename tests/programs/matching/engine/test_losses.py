"""Small markets beside an exact solver, one rule at a time, as `bench/matching/losses.py` compares many."""

from itertools import product

import pytest

from bench.matching.losses import compare, measure
from bench.matching.small import LIMITS, Limit, small_market, split


# In the last five a household gives back what another should have, while others of it ask for more.
@pytest.mark.parametrize(
    ("limit", "seed"),
    [
        *product(["whole", "cap", "floor", "in_all"], range(6)),
        *product(["in_all"], [60, 135, 573, 2101, 2379]),
    ],
)
def test_what_is_called_exact_gives_each_need_what_an_exact_solver_gives_it(limit: Limit, seed: int) -> None:
    found = compare(limit, seed)
    assert found.ours == found.anew == found.in_order
    assert sum(found.in_order) == found.most or limit in {"whole", "in_all"}


@pytest.mark.parametrize("seed", range(6))
def test_minimum_grants_never_give_more_than_there_is(seed: int) -> None:
    found = compare("minimum", seed)
    # As lists are compared: what is first in the order decides.
    assert max(found.ours, found.anew) <= found.in_order
    assert max(sum(found.ours), sum(found.anew), sum(found.in_order)) <= found.most


def test_a_floor_is_a_part_of_its_pledge_that_is_for_the_area_alone() -> None:
    market = small_market("floor", 0)
    assert market.floor is not None
    there, rest = split(market).pledges[-2:]
    (whole,) = (pledge for pledge in market.pledges if pledge.id == market.floor.pledge)
    assert there.rule.areas == {market.floor.area}
    assert (there.free, there.free + rest.free) == (market.floor.quantity, whole.free)


def test_the_same_seed_makes_the_same_market() -> None:
    for limit in LIMITS:
        assert small_market(limit, 1) == small_market(limit, 1) != small_market(limit, 2)


def test_all_rules_are_told() -> None:
    lines = [line.name for line in measure(markets=1)]
    for name in (
        "indivisible needs",
        "caps per household",
        "minimum grants",
        "a floor as two pledges",
        "what a household gets in all",
    ):
        assert f"{name}: markets in which each need has what it has by the order" in lines

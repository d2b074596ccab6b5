"""Markets of few kinds in which everything is scarce, so that what one gets goes through the hands of many others."""

import random
from collections.abc import Mapping
from dataclasses import replace

import pytest

from services.programs.matching.domain import Claimed, Rule
from services.programs.matching.engine.nodes import Demand, Need, Pledge, Supply
from services.programs.matching.engine.residual import Residual
from tests.programs.matching.engine.test_limits import best

STREAMS = 300
EVENTS = 40
_CATEGORIES = "abc"
_VILLAGE = "35.17.01.2001"


class Dense:
    """A market of few households, each with several needs, whose pledges have small caps."""

    def __init__(self, seed: int, *, whole: float, in_all: int | None) -> None:
        self._chance = random.Random(seed)
        self._whole, self._in_all = whole, in_all
        self._count = 0
        self.residual = Residual()

    def go_on(self) -> None:
        """Let one thing happen: a need or a pledge comes, changes or goes."""
        self._count += 1
        what = self._chance.random()
        needs: Mapping[int, Demand | None] = {}
        pledges: Mapping[int, Supply | None] = {}
        if what < 0.4:
            needs = {self._count: self._need()}
        elif what < 0.65:
            pledges = {-self._count: self._pledge()}
        elif what < 0.75 and self._in_all is None and self._can_be_refused():
            self._refuse()
        elif what < 0.9 and self.residual.pledges:
            pledges = {self._chance.choice(list(self.residual.pledges)): self._another()}
        elif self.residual.needs:
            needs = {self._chance.choice(list(self.residual.needs)): None}
        self.residual.change(needs, pledges)

    def _need(self) -> Demand:
        return Demand(
            (self._chance.randrange(1000), self._count),
            Claimed(self._chance.choice(_CATEGORIES), _VILLAGE, 1),
            self._chance.randint(1, 3),
            whole=self._chance.random() < self._whole,
            household=self._chance.randrange(4),
            household_limit=self._in_all,
        )

    def _pledge(self) -> Supply:
        categories = frozenset(self._chance.sample(_CATEGORIES, self._chance.randint(1, 2)))
        cap = self._chance.choice((None, 1, 2))
        return Supply(Rule(categories=categories), self._chance.randint(1, 4), (self._count,), cap=cap)

    def _can_be_refused(self) -> list[tuple[Need, Pledge]]:
        return [
            (need, pledge)
            for need in self.residual.needs.values()
            if not need.demand.whole
            for pledge in need.parts
        ]

    def _refuse(self) -> None:
        """Let a pledge be refused for a need, and amended at once; what was refused it before is no more."""
        need, pledge = self._chance.choice(self._can_be_refused())
        demand, supply = replace(need.demand, excluded=frozenset({pledge.name})), pledge.supply
        self.residual.take_out(need.name, pledge.name, need.parts[pledge], received=False)
        amended = replace(supply, quantity=max(0, supply.quantity - self._chance.randrange(3)))
        self.residual.change({need.name: demand}, {pledge.name: amended})

    def _another(self) -> Supply | None:
        return self._chance.choice((None, self._pledge()))


@pytest.mark.parametrize("in_all", [None, 4], ids=["no limit in all", "a limit in all"])
@pytest.mark.parametrize("whole", [0, 0.3], ids=["parts", "wholes"])
def test_what_goes_through_many_hands_is_given_once(whole: float, in_all: int | None) -> None:
    for seed in range(STREAMS):
        market = Dense(seed, whole=whole, in_all=in_all)
        for _ in range(EVENTS):
            market.go_on()
            for pledge in market.residual.pledges.values():
                parts = pledge.parts.values()
                assert all(part > 0 for part in parts), seed
                assert pledge.free + sum(parts) == pledge.supply.quantity, seed
        needs = market.residual.needs.items()
        assert {name: need.covered for name, need in needs} == best(market.residual), seed


def test_who_loses_may_be_on_the_way_by_what_its_household_has() -> None:
    residual = Residual()
    for name, key, category, quantity, household in (("low", 3, "b", 2, 1), ("mid", 2, "b", 1, 2)):
        demand = Demand((key,), Claimed(category, _VILLAGE, 1), quantity, household=household)
        residual.change({name: demand}, {})
    residual.change({}, {"b": Supply(Rule(categories=frozenset("b")), 1, (1,))})
    residual.change({}, {"capped": Supply(Rule(categories=frozenset("ab")), 1, (2,), cap=1)})
    residual.change({"top": Demand((1,), Claimed("a", _VILLAGE, 1), 2, household=1)}, {})
    has = {name: [pledge.name for pledge in need.parts] for name, need in residual.needs.items()}
    assert has == {"low": [], "mid": ["b"], "top": ["capped"]}


def test_what_is_refused_no_more_is_a_way_through_what_its_household_has() -> None:
    def claimed(category: str, decile: int) -> Claimed:
        return Claimed(category, _VILLAGE, decile)

    residual = Residual()
    residual.change({"low": Demand((23,), claimed("c", 3), 1, household=3)}, {})
    residual.change({"mid": Demand((16,), claimed("b", 3), 1, household=3)}, {})
    residual.change({}, {"capped": Supply(Rule(categories=frozenset("ac")), 3, (5,), cap=1)})
    top = Demand((7,), claimed("c", 2), 2, household=3, excluded=frozenset({"capped"}))
    residual.change({"top": top}, {})
    residual.change({}, {"other": Supply(Rule(categories=frozenset("bc")), 4, (47,), cap=1)})
    residual.change({}, {"plain": Supply(Rule(categories=frozenset("bc"), max_decile=2), 1, (9,))})
    residual.change({"top": replace(top, excluded=frozenset())}, {})
    assert {name: need.covered for name, need in residual.needs.items()} == {"low": 0, "mid": 1, "top": 2}


def test_who_may_have_of_a_pledge_again_is_offered_it_though_it_became_smaller() -> None:
    residual = Residual()
    first = Demand((1,), Claimed("a", _VILLAGE, 1), 1, household=1)
    pledge = Supply(Rule(), 3, (1,), cap=1)
    residual.change({"first": first, "second": replace(first, key=(2,))}, {"capped": pledge})
    residual.take_out("first", "capped", 1, received=False)
    refused = replace(first, excluded=frozenset({"capped"}))
    residual.change({"first": refused}, {"capped": replace(pledge, quantity=2)})
    assert {name: need.covered for name, need in residual.needs.items()} == {"first": 0, "second": 1}

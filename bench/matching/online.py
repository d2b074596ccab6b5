"""Event by event on one market: how long a need and a pledge take, by the number of needs that there are.

A process of its own: `python -m bench.matching.online NEEDS SUPPLY`; tells milliseconds as JSON.
"""

import json
import random
import sys
import time
from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np

from bench.matching.compressed import peak_megabytes
from bench.matching.generator import STEP_IDR, market
from services.programs.matching.engine.market import Market
from services.programs.matching.engine.nodes import Demand, Name, Supply
from services.programs.matching.engine.residual import Residual

EVENTS = 4_000


class Stream:
    """A market as it goes on: needs and pledges come, change and go."""

    def __init__(self, now: Market, seed: int) -> None:
        self._market = now
        self._chance = random.Random(seed)
        self._wanted = (now.wanted // STEP_IDR).tolist()
        self._pledged = (now.pledged // STEP_IDR).tolist()
        self._claims = [now.claims[each] for each in now.claim_of]
        self._rules = [now.rules[each] for each in now.rule_of]
        self.residual = Residual()
        self.took: dict[str, list[float]] = defaultdict(list)
        for pledge, rule in enumerate(self._rules):
            supply = Supply(rule, self._pledged[pledge], (now.rule_of[pledge], pledge))
            self.residual.change({}, {pledge: supply})
        for need, claim in enumerate(self._claims):
            self.residual.change({need: Demand((need, 0), claim, self._wanted[need])}, {})

        self.residual.touched()

    def go_on(self, events: int) -> None:
        """Let so many things happen, each where it falls."""
        kinds = (self._new_need, self._new_pledge, self._need_goes, self._pledge_goes, self._need_moves)
        for number in range(events):
            self._chance.choices(kinds, (50, 20, 15, 7, 8))[0](number + 1)

    def _place(self, number: int) -> tuple[int, int]:
        return self._chance.randrange(len(self._claims)), number

    def _new_need(self, number: int) -> None:
        like = self._chance.randrange(len(self._claims))
        demand = Demand(self._place(number), self._claims[like], self._wanted[like])
        self._time("need", {-number: demand}, {})

    def _new_pledge(self, number: int) -> None:
        like = self._chance.randrange(len(self._rules))
        supply = Supply(self._rules[like], self._pledged[like], (self._market.rule_of[like], -number))
        self._time("pledge", {}, {-number: supply})

    def _need_goes(self, _number: int) -> None:
        self._time("need goes", {self._chance.choice(list(self.residual.needs)): None}, {})

    def _pledge_goes(self, _number: int) -> None:
        self._time("pledge goes", {}, {self._chance.choice(list(self.residual.pledges)): None})

    def _need_moves(self, number: int) -> None:
        need = self.residual.needs[self._chance.choice(list(self.residual.needs))]
        demand = replace(need.demand, key=self._place(number))
        self._time("need moves", {need.name: demand}, {})

    def _time(self, name: str, needs: dict[Name, Demand | None], pledges: dict[Name, Supply | None]) -> None:
        began = time.perf_counter()
        self.residual.change(needs, pledges)
        self.took[name].append(1000 * (time.perf_counter() - began))
        self.residual.touched()


def main(needs: int, supply: float) -> None:
    """Play the stream and tell what it took."""
    began = time.perf_counter()
    stream = Stream(market(needs, supply), seed=11)
    loaded = time.perf_counter() - began
    stream.go_on(EVENTS)
    told: dict[str, Any] = {
        "needs": needs,
        "supply": supply,
        "load_seconds": loaded,
        "megabytes": peak_megabytes(),
    }
    for name, took in stream.took.items():
        p50, p99 = np.percentile(took, (50, 99))
        told[name] = {"p50": p50, "p99": p99, "max": max(took), "events": len(took)}
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))

"""Small markets written by hand, in a file that anybody can give to another solver.

The file holds one market, or a list of them. A market is an object: `n` its name, `P` its pledges and `N` its needs,
each by its name. A pledge is `[quantity, categories, flags...]`, where categories are joined by `|` and `*` is every
one; a need is `[category, quantity, priority, flags...]`, of which the higher priority goes first. Flags: `zakat` on
a pledge, and on a need whose household may receive it; `expires:DAYS` on a pledge. `ev` is the order in which they
come, `-B` withdraws a pledge; without it the order does not matter. `opt` is what each need should get, in the order
of `N`; `use` is how much should be given of a pledge, and `if_n1_was_told_after_n2` what each need should get where
the household of n1 was told of its match before n2 came: both are for the tests.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.matching.checking import faults_of
from services.programs.matching.domain import Claimed, Rule
from services.programs.matching.engine.market import Market
from services.programs.matching.engine.nodes import Demand, Supply
from services.programs.matching.engine.residual import Residual
from shared.vocabulary import ZAKAT_DECILE

ACCEPTANCE = Path(__file__).with_name("acceptance.json")

# Cases say nothing of where people live.
_VILLAGE = "35.17.01.2001"
_NEVER = 10_000


@dataclass(frozen=True, slots=True)
class CasePledge:
    """A pledge of a case: its rule, how much it is, and in how many days it expires."""

    rule: Rule
    quantity: int
    expires: int


@dataclass(frozen=True, slots=True)
class CaseNeed:
    """A need of a case."""

    claim: Claimed
    quantity: int
    key: tuple[int, str]


@dataclass(frozen=True, slots=True)
class Case:
    """One market. `told` is what each need should get where n1 was told of its match after n2 came."""

    name: str
    pledges: dict[str, CasePledge]
    needs: dict[str, CaseNeed]
    events: list[str]
    best: list[int] | None = None
    told: list[int] | None = None
    use: dict[str, int] = field(default_factory=dict)

    @property
    def by_place(self) -> list[str]:
        """Return the names of its needs in their order."""
        return sorted(self.needs, key=lambda name: self.needs[name].key)

    @property
    def open_pledges(self) -> list[str]:
        """Return the names of the pledges that are not withdrawn, those that are spent first before the others."""
        left = [name for name in self.pledges if f"-{name}" not in self.events]
        return sorted(left, key=lambda name: (self.pledges[name].expires, name))


def read_cases(file: Path) -> list[Case]:
    """Return the cases of a file, which holds one or a list of them. Raises ValueError with all that is wrong."""
    found = json.loads(file.read_text("utf-8"))
    cases = found if isinstance(found, list) else [found]
    if faults := [fault for place, each in enumerate(cases) for fault in faults_of(each, f"/{place}")]:
        raise ValueError("\n".join(faults))
    if not cases:
        raise ValueError("it holds no market")
    return [_case(each) for each in cases]


def as_market(case: Case) -> Market:
    """Return a case as a market that is settled at once. Needs are in the order of `by_place`."""
    needs = [case.needs[name] for name in case.by_place]
    pledges = [case.pledges[name] for name in case.open_pledges]
    return Market(
        claims=[need.claim for need in needs],
        claim_of=np.arange(len(needs)),
        wanted=np.array([need.quantity for need in needs]),
        rules=[pledge.rule for pledge in pledges],
        rule_of=np.arange(len(pledges)),
        pledged=np.array([pledge.quantity for pledge in pledges]),
    )


def play(case: Case, events: list[str], told: dict[str, str] | None = None) -> Residual:
    """Let everything happen in some order; `told` has a need that is told of its match once another one came."""
    residual = Residual()
    for event in events:
        if event.startswith("-"):
            residual.change({}, {event[1:]: None})
        elif event in case.pledges:
            pledge = case.pledges[event]
            residual.change({}, {event: Supply(pledge.rule, pledge.quantity, (pledge.expires, event))})
        else:
            _put(residual, case, event)
        for name in (name for name, after in (told or {}).items() if after == event):
            _put(residual, case, name, kept=residual.needs[name].covered)
    return residual


def covered(case: Case, residual: Residual) -> list[int]:
    """Return what each need got, as the case lists them."""
    return [residual.needs[name].covered for name in case.needs]


def _put(residual: Residual, case: Case, name: str, kept: int = 0) -> None:
    need = case.needs[name]
    residual.change({name: Demand(need.key, need.claim, need.quantity, kept=kept)}, {})


def _case(written: dict[str, Any]) -> Case:
    pledges = {name: _pledge(*each) for name, each in written["P"].items()}
    needs = {name: _need(name, *each) for name, each in written["N"].items()}
    return Case(
        name=written.get("n", ""),
        pledges=pledges,
        needs=needs,
        events=written.get("ev", [*pledges, *needs]),
        best=written.get("opt"),
        told=next((each for key, each in written.items() if key.startswith("if_")), None),
        use=written.get("use", {}),
    )


def _pledge(quantity: int, categories: str, *flags: str) -> CasePledge:
    expires = [int(flag.partition(":")[2]) for flag in flags if flag.startswith("expires:")]
    named = frozenset() if categories == "*" else frozenset(categories.split("|"))
    return CasePledge(Rule(categories=named, zakat="zakat" in flags), quantity, *(expires or [_NEVER]))


def _need(name: str, category: str, quantity: int, priority: int, *flags: str) -> CaseNeed:
    decile = ZAKAT_DECILE if "zakat" in flags else ZAKAT_DECILE + 1
    return CaseNeed(Claimed(category, _VILLAGE, decile), quantity, (-priority, name))


def names_of_parts(case: Case, parts: Any) -> Iterator[tuple[str, str, int]]:
    """Yield (need, pledge, quantity) of what was settled at once, by name."""
    for need, pledge, quantity in zip(*parts, strict=True):
        yield case.by_place[need], case.open_pledges[pledge], int(quantity)

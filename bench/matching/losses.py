"""What the rules cost that break the flow: what our match covers beside what could be covered, on small markets.

`python -m bench.matching.losses [MARKETS]` prints a table; with `--json` the lines of it, for `bench.matching`. Ours
is the allocator's own mind of a market: needs and pledges come one by one in an order of chance, and after each what
is wanted is written, as the running system does. "Read anew" is what a worker makes of what was written once it reads
the market again, as it does on each new day. What is exact, and the two things that may be best, is said with formulas
in `exact.py`; OR-tools' CP-SAT solves both. A floor is asked for exactly there, and is two pledges for ours.

A market's needs stand in the policy's order, and the highest third is the first third of them. "Beside the order" is
beside the lexicographic optimum. Where a rule breaks the flow, ours may give more to low needs than that does.
"""

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from uuid import UUID

from bench.matching.exact import Exact
from bench.matching.small import LIMITS, Limit, Small, small_market, split
from bench.result import Result, table
from services.programs.allocating.domain import Mind
from services.programs.in_play.domain import NeedState, Parts, PledgeState, Terms
from services.programs.policy.domain import Policy
from services.programs.standing.domain import standing

MARKETS = 300

_NAMES: dict[Limit, str] = {
    "whole": "indivisible needs",
    "cap": "caps per household",
    "minimum": "minimum grants",
    "floor": "a floor as two pledges",
    "in_all": "what a household gets in all",
}
_TERMS = Terms(Policy(version=1), date(2026, 11, 23))

# What needs get, in their order.
Covered = list[int]

# What needs have of which pledges.
Written = dict[UUID, Parts]


@dataclass(frozen=True, slots=True)
class Compared:
    """One market: what its needs asked for, what they got by ours, and what they could have got."""

    wanted: Covered
    ours: Covered
    anew: Covered
    in_order: Covered
    most: int


def measure(markets: int = MARKETS) -> Iterator[Result]:
    """Compare so many markets of each rule."""
    for limit in LIMITS:
        yield from _told(_NAMES[limit], [compare(limit, seed) for seed in range(markets)])


def compare(limit: Limit, seed: int) -> Compared:
    """Settle one market by ours and exactly."""
    market = small_market(limit, seed)
    needs = sorted(market.needs, key=lambda need: standing(need, _TERMS.policy))
    in_order = Exact(market).in_order(needs)
    one_by_one, anew = _settled(split(market), seed)
    return Compared(
        wanted=[need.quantity for need in needs],
        ours=[one_by_one[need.id] for need in needs],
        anew=[anew[need.id] for need in needs],
        in_order=[in_order[need.id] for need in needs],
        most=Exact(market).most(),
    )


def _settled(market: Small, seed: int) -> tuple[Parts, Parts]:
    """Return what each need has after all came one by one, and after the market was read anew then."""
    mind = Mind(_TERMS, {}, {})
    written: Written = {need.id: {} for need in market.needs}
    coming: list[NeedState | PledgeState] = [*market.needs, *market.pledges]
    random.Random(seed).shuffle(coming)
    for each in coming:
        if isinstance(each, NeedState):
            mind.take_in({each.id: each}, {})
        else:
            mind.take_in({}, {each.id: each})
        _write(mind, written)
    one_by_one = _covered(written)
    used = Counter[UUID]()
    for parts in written.values():
        used.update(parts)
    needs = {need.id: replace(need, parts=written[need.id]) for need in market.needs}
    pledges = {pledge.id: replace(pledge, free=pledge.free - used[pledge.id]) for pledge in market.pledges}
    _write(Mind(_TERMS, needs, pledges), written)
    return one_by_one, _covered(written)


def _write(mind: Mind, written: Written) -> None:
    """Let all be written that is wanted."""
    wanted = mind.following(len(written))
    mind.note_written(wanted, {each.need.id: each.parts for each in wanted})
    written.update((each.need.id, each.parts) for each in wanted)


def _covered(written: Written) -> Parts:
    return {need: sum(parts.values()) for need, parts in written.items()}


def _told(name: str, markets: Sequence[Compared]) -> Iterator[Result]:
    """Yield the lines of one rule."""
    wanted = [each.wanted for each in markets]
    ours = [each.ours for each in markets]
    anew = [each.anew for each in markets]
    best = [each.in_order for each in markets]
    yield from _beside_order(name, wanted, ours, best)
    if anew != ours:
        yield from _beside_order(f"{name}, read anew", wanted, anew, best)
    most = [each.most for each in markets]
    yield _covering(f"{name}: all covered, beside the largest volume", _sums(wanted), _sums(ours), most)


def _beside_order(
    name: str, wanted: list[Covered], ours: list[Covered], best: list[Covered]
) -> Iterator[Result]:
    equal = sum(got == could for got, could in zip(ours, best, strict=True))
    yield Result(
        f"{name}: markets in which each need has what it has by the order", f"{equal} of {len(ours)}"
    )
    third = [[each[: len(each) // 3] for each in markets] for markets in (wanted, ours, best)]
    yield _covering(f"{name}: highest third covered, beside the order", *map(_sums, third))
    yield _covering(f"{name}: all covered, beside the order", *map(_sums, (wanted, ours, best)))


def _sums(markets: list[Covered]) -> list[int]:
    return [sum(each) for each in markets]


def _covering(name: str, wanted: list[int], ours: list[int], beside: list[int]) -> Result:
    """Compare the sums of all markets; name the one in which ours falls short most."""
    shares = [got / could if could else 1.0 for got, could in zip(ours, beside, strict=True)]
    worst = min(range(len(shares)), key=shares.__getitem__)
    if shares[worst] < 1:
        name = f"{name} (worst: {shares[worst]:.3f} in market {worst})"
    of = sum(wanted)
    return Result(name, f"{sum(ours) / of:.2%}", f"{sum(beside) / of:.2%}", sum(ours) / sum(beside))


def main() -> None:
    """Compare, and print what was found."""
    counts = [int(each) for each in sys.argv[1:] if each != "--json"]
    found = list(measure(*counts))
    print(json.dumps([asdict(each) for each in found]) if "--json" in sys.argv else table(found))


if __name__ == "__main__":
    main()

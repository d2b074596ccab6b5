"""A whole market at once: the best that its pledges can do for its needs, in their order."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from services.programs.matching.domain import Claim, Rule
from services.programs.matching.engine.admission import RuleSet
from services.programs.matching.engine.batch import cover
from services.programs.matching.engine.expand import Parts, expand
from services.programs.matching.engine.labels import PARTS, Rows

Ints = NDArray[np.int64]

# Where in the table the parts of a claim are, and what bars some pledges.
Key = tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Market:
    """Needs in the order of the policy, and pledges in the order in which they are spent.

    `claim_of[n]` is the place of a need's claim in `claims`, `rule_of[p]` that of a pledge's rule in `rules`.
    `excluded` are pairs (need, pledge) that must not meet. Quantities are whole and of one unit.
    """

    claims: Sequence[Claim]
    claim_of: Ints
    wanted: Ints
    rules: Sequence[Rule]
    rule_of: Ints
    pledged: Ints
    indivisible: NDArray[np.bool_] | None = None
    excluded: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True, slots=True)
class MarketClasses:
    """Pledges of one rule are a class; needs are one where no rule tells them apart. `supply` is what pledges have."""

    of_need: Ints
    of_pledge: Ints
    rows: Rows
    supply: Ints


@dataclass(frozen=True, slots=True)
class Settled:
    """What each need got, and of which pledges."""

    covered: Ints
    parts: Parts


def settle(market: Market) -> Settled:
    """Cover every need as far as possible without taking from one that stands higher."""
    classes = compress(market)
    found = cover(classes.of_need, market.wanted, classes.rows, classes.supply, market.indivisible)
    return Settled(found.covered, expand(classes.of_need, classes.of_pledge, market.pledged, found))


def compress(market: Market) -> MarketClasses:
    """Return the classes of a market. A pledge that somebody must not have is a class of its own."""
    rules = RuleSet()
    places = np.array([rules.add(rule) for rule in market.rules], np.int64)
    of_pledge = places[market.rule_of]
    for pledge in sorted({pledge for _, pledge in market.excluded}):
        of_pledge[pledge] = rules.add(market.rules[market.rule_of[pledge]])
    supply = np.bincount(of_pledge, market.pledged, len(rules)).astype(np.int64)
    of_need, rows = _need_classes(market, rules, of_pledge)
    return MarketClasses(of_need, of_pledge, rows, supply)


def _need_classes(market: Market, rules: RuleSet, of_pledge: Ints) -> tuple[Ints, Rows]:
    lines = _Lines()
    everybody = lines.place((1 << len(rules)) - 1)
    village = cache(lambda desa: lines.place(rules.of_village(desa)))
    category = cache(lambda name: lines.place(rules.of_category(name)))
    decile = cache(lambda number: lines.place(rules.of_decile(number)))
    attributes = cache(lambda names: lines.place(rules.of_attributes(names)))
    keys: dict[Key, int] = {}
    key_of_claim = [
        (
            village(each.desa),
            category(each.category),
            decile(each.decile),
            attributes(each.attributes),
            everybody,
        )
        for each in market.claims
    ]
    of_claim = np.array([keys.setdefault(key, len(keys)) for key in key_of_claim], np.int64)
    of_need = of_claim[market.claim_of]
    barred: defaultdict[int, int] = defaultdict(int)
    for need, pledge in market.excluded:
        barred[need] |= 1 << int(of_pledge[pledge])
    for need, which in barred.items():
        others = lines.place((1 << len(rules)) - 1 & ~which)
        key = (*key_of_claim[market.claim_of[need]][:-1], others)
        of_need[need] = keys.setdefault(key, len(keys))
    return of_need, Rows(np.array(list(keys), np.int64).reshape(-1, PARTS), lines.table(len(rules)))


class _Lines:
    """The lines of a table of bits, each once."""

    def __init__(self) -> None:
        self._places: dict[int, int] = {}

    def place(self, line: int) -> int:
        """Return the place of a line, which is put in where it is new."""
        return self._places.setdefault(line, len(self._places))

    def table(self, bits: int) -> NDArray[np.uint64]:
        """Return the table, in whole words."""
        words = max(1, -(-bits // 64))
        lines = b"".join(line.to_bytes(8 * words, "little") for line in self._places)
        return np.frombuffer(lines, np.uint64).reshape(-1, words)

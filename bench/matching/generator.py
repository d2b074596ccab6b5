"""Markets as a regency might have them: made of chance, the same for the same seed.

Villages are as large as chance and their sub-district's people make them, needs of few kinds are many, amounts
have heavy tails, and of the pledges some are for anybody, some for a sub-district or a village, for kinds of
needs, for the poorest or for some people. Nobody in them is real.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.programs.matching.domain import Claimed, Rule
from services.programs.matching.engine.market import Market
from shared.areas import subdistricts, villages
from shared.vocabulary import ATTRIBUTES, NEED_CATEGORIES

Chance = np.random.Generator

# Rupiah are pledged and asked for in whole steps.
STEP_IDR = 10_000

_DECILES = (0.55, 0.25, 0.12, 0.08)
_ATTRIBUTE_SHARES = (0.25, 0.2, 0.15, 0.1, 0.08)
_OFTEN_TOGETHER = ((0,), (1,), (2,), (3,), (0, 1), (2, 3), (4,), (5,), (0, 1, 2), (4, 5))
_PLEDGES_PER_NEED = 1 / 20


def market(needs: int, supply: float, seed: int = 7) -> Market:
    """Return a market of so many needs in their order, with pledges of `supply` times what they want."""
    chance = np.random.default_rng(seed)
    claims, claim_of = _claims(chance, needs)
    wanted = _steps(np.exp(chance.normal(14.3, 0.9, needs)))
    order = np.lexsort((chance.random(needs), [claims[each].decile for each in claim_of]))
    rules, rule_of = _rules(chance, max(1, int(needs * _PLEDGES_PER_NEED)))
    share = chance.pareto(1.3, len(rule_of)) + 0.1
    pledged = _steps(share / share.sum() * wanted.sum() * supply)
    return Market(claims, claim_of[order], wanted[order], rules, rule_of, pledged)


def _steps(amounts: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.maximum(1, amounts / STEP_IDR).astype(np.int64) * STEP_IDR


def _village_shares(chance: Chance) -> NDArray[np.float64]:
    people = np.array([subdistricts()[each.subdistrict].population for each in villages().values()])
    shares: NDArray[np.float64] = people * (chance.pareto(2.0, len(people)) + 0.3)
    normal: NDArray[np.float64] = shares / shares.sum()
    return normal


def _claims(chance: Chance, needs: int) -> tuple[list[Claimed], NDArray[np.int64]]:
    """Return the claims that are different, and which of them each need has."""
    kinds = 1 / np.arange(1, len(NEED_CATEGORIES) + 1)
    village = chance.choice(len(villages()), needs, p=_village_shares(chance))
    category = chance.choice(len(kinds), needs, p=kinds / kinds.sum())
    decile = chance.choice(len(_DECILES), needs, p=_DECILES) + 1
    attributes = np.zeros(needs, np.int64)
    for bit, part in enumerate(_ATTRIBUTE_SHARES):
        attributes |= (chance.random(needs) < part).astype(np.int64) << bit
    columns = np.stack((village, category, decile, attributes), axis=1)
    distinct, claim_of = np.unique(columns, axis=0, return_inverse=True)
    codes = list(villages())
    claims = [
        Claimed(NEED_CATEGORIES[category], codes[village], decile, _attributes(bits))
        for village, category, decile, bits in distinct.tolist()
    ]
    return claims, claim_of.reshape(-1)


def _attributes(bits: int) -> frozenset[str]:
    return frozenset(name for bit, name in enumerate(ATTRIBUTES) if bits >> bit & 1)


def _rules(chance: Chance, pledges: int) -> tuple[list[Rule], NDArray[np.int64]]:
    """Return the rules in the order in which they are spent, and which of them each pledge has."""
    shares = _village_shares(chance)
    made = [(int(chance.integers(3)), _rule(chance, shares)) for _ in range(pledges)]
    distinct = sorted(set(made), key=_spent_first)
    place = {each: at for at, each in enumerate(distinct)}
    order = sorted(range(pledges), key=lambda at: place[made[at]])
    return [rule for _, rule in distinct], np.array([place[made[at]] for at in order])


def _spent_first(made: tuple[int, Rule]) -> tuple[Any, ...]:
    soon, rule = made
    named = (sorted(each) for each in (rule.areas, rule.categories, rule.attributes))
    return soon, rule.breadth(), *named, rule.max_decile or 0, rule.zakat


def _rule(chance: Chance, shares: NDArray[np.float64]) -> Rule:
    where, what, who = chance.random(3)
    areas: Sequence[Any] = ()
    if where > 0.76:
        areas = (chance.choice(list(villages()), p=shares),)
    elif where > 0.4:
        areas = (chance.choice(list(subdistricts())),)
    kinds: Sequence[int] = ()
    if what > 0.55:
        kinds = _OFTEN_TOGETHER[chance.integers(len(_OFTEN_TOGETHER))]
    elif what > 0.35:
        kinds = (int(chance.integers(len(NEED_CATEGORIES))),)
    attribute = ATTRIBUTES[chance.integers(len(_ATTRIBUTE_SHARES))]
    return Rule(
        areas=frozenset(map(str, areas)),
        categories=frozenset(NEED_CATEGORIES[each] for each in kinds),
        attributes=frozenset({attribute}) if who > 0.75 else frozenset(),
        max_decile=int(chance.integers(1, 4)) if chance.random() > 0.6 else None,
        zakat=bool(chance.random() > 0.9),
    )

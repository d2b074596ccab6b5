"""Small markets with one rule each that breaks the flow: as large as an exact solver still can.

Two sub-districts of three villages; households have one need or several. Amounts are in steps of 10,000 rupiah, and
as heavy in their tails as in `generator.py`. The same for the same rule and seed; nobody in them is real.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args
from uuid import UUID

import numpy as np

from services.programs.in_play.domain import NeedState, PledgeState
from services.programs.matching.domain import Rule
from shared.areas import villages
from shared.vocabulary import ATTRIBUTES, NEED_CATEGORIES

Chance = np.random.Generator
Limit = Literal["whole", "cap", "minimum", "floor", "in_all"]

LIMITS: tuple[Limit, ...] = get_args(Limit)
# Pledges are so many times what the needs ask for, in turns.
SUPPLIES = (0.4, 0.7, 1.2)
# A market has as many needs as that, at the least and at the most.
NEEDS = (20, 60)

_NEEDS_PER_PLEDGE = 4
_NEEDS_PER_HOUSEHOLD = 2
_CATEGORIES = NEED_CATEGORIES[:6]
_ATTRIBUTES = ATTRIBUTES[:4]
_DECILES = (0.55, 0.25, 0.12, 0.08)
# Of the needs, one of these shares is covered whole or not at all; of the pledges, this share has a limit.
_WHOLE = (0.2, 0.5, 1.0)
_LIMITED = 0.5
# How many steps a cap and a minimum are. Half of the needs are of 163 and more.
_CAP = (40, 160)
_MINIMUM = (20, 150)
# And so many steps what a household gets in all: one need asks for 160 in the middle.
_IN_ALL = (100, 400)
_VERIFIED = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Floor:
    """What a donor wants: of a pledge at least so much for an area, as far as there is need of it."""

    pledge: UUID
    area: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Small:
    """A market. Its needs and pledges are in no order."""

    needs: list[NeedState]
    pledges: list[PledgeState]
    floor: Floor | None = None


def small_market(limit: Limit, seed: int) -> Small:
    """Return the market of a rule and a seed."""
    chance = np.random.default_rng((LIMITS.index(limit), seed))
    places = _places()
    needs = _needs(chance, limit, places)
    if limit == "in_all":
        in_all = int(chance.integers(*_IN_ALL))
        needs = [replace(need, household_limit=in_all) for need in needs]
    supply = SUPPLIES[seed % len(SUPPLIES)] * sum(need.quantity for need in needs)
    pledges = _pledges(chance, limit, supply, max(2, len(needs) // _NEEDS_PER_PLEDGE))
    return _with_floor(chance, Small(needs, pledges), places) if limit == "floor" else Small(needs, pledges)


def split(market: Small) -> Small:
    """Return the market with the pledge that has a floor as two, of which one is for the area alone."""
    if market.floor is None:
        return market
    floor = market.floor
    (whole,) = (pledge for pledge in market.pledges if pledge.id == floor.pledge)
    there = replace(
        whole,
        id=UUID(int=whole.id.int + 1),
        free=floor.quantity,
        rule=replace(whole.rule, areas=frozenset({floor.area})),
    )
    rest = replace(whole, free=whole.free - floor.quantity)
    others = [pledge for pledge in market.pledges if pledge.id != floor.pledge]
    return Small(market.needs, [*others, there, rest])


def _places() -> list[str]:
    """Return three villages of each of two sub-districts."""
    within: dict[str, list[str]] = {}
    for code, village in villages().items():
        within.setdefault(village.subdistrict, []).append(code)
    return [code for each in sorted(within)[:2] for code in sorted(within[each])[:3]]


def _needs(chance: Chance, limit: Limit, places: list[str]) -> list[NeedState]:
    count = int(chance.integers(NEEDS[0], NEEDS[1] + 1))
    households = [_household(chance, number, places) for number in range(count // _NEEDS_PER_HOUSEHOLD)]
    # No household asks twice for the same.
    which = chance.choice(len(households) * len(_CATEGORIES), count, replace=False).tolist()
    needs = [
        replace(
            households[at // len(_CATEGORIES)],
            id=_id(chance, number),
            category=_CATEGORIES[at % len(_CATEGORIES)],
            verified_at=_VERIFIED + timedelta(hours=int(chance.integers(500))),
            urgency=int(chance.integers(1, 4)),
            quantity=max(1, int(np.exp(chance.normal(5.1, 0.9)))),
        )
        for number, at in enumerate(which)
    ]
    if limit != "whole":
        return needs
    share = chance.choice(_WHOLE)
    return [replace(need, indivisible=bool(chance.random() < share)) for need in needs]


def _household(chance: Chance, number: int, places: list[str]) -> NeedState:
    """Return what all needs of a household have in common."""
    return NeedState(
        id=UUID(int=number),
        household=UUID(int=number),
        category=_CATEGORIES[0],
        desa=places[chance.integers(len(places))],
        decile=int(chance.choice(len(_DECILES), p=_DECILES)) + 1,
        score=int(chance.integers(300)),
        verified_at=_VERIFIED,
        urgency=1,
        indivisible=False,
        attributes=frozenset(name for name in _ATTRIBUTES if chance.random() < 0.25),
        quantity=1,
        kept=0,
        recorded_on=_VERIFIED.date(),
    )


def _id(chance: Chance, number: int) -> UUID:
    """Return an id that says nothing of the order in which things were made; the next one is free."""
    return UUID(int=int(chance.integers(1 << 40)) << 16 | number << 1)


def _pledges(chance: Chance, limit: Limit, supply: float, count: int) -> list[PledgeState]:
    share = chance.pareto(1.3, count) + 0.1
    return [
        _pledge(chance, limit, number, max(1, int(supply * part)))
        for number, part in enumerate(share / share.sum())
    ]


def _pledge(chance: Chance, limit: Limit, number: int, quantity: int) -> PledgeState:
    cap, minimum = int(chance.integers(*_CAP)), int(chance.integers(*_MINIMUM))
    limited = bool(chance.random() < _LIMITED)
    return PledgeState(
        id=_id(chance, number),
        version=1,
        free=quantity,
        rule=_rule(chance),
        cap_per_household=cap if limit == "cap" and limited else None,
        # No donor may ask for grants that are larger than the pledge.
        minimum_grant=min(minimum, quantity) if limit == "minimum" and limited else 1,
    )


def _rule(chance: Chance) -> Rule:
    where, what, who, whom = chance.random(4)
    areas: list[str] = []
    if where > 0.5:
        village = _places()[chance.integers(len(_places()))]
        areas = [village if where > 0.8 else village[:8]]
    kinds: list[int] = []
    if what > 0.4:
        kinds = chance.choice(len(_CATEGORIES), 2 if what > 0.6 else 1, replace=False).tolist()
    attribute = _ATTRIBUTES[chance.integers(len(_ATTRIBUTES))]
    return Rule(
        areas=frozenset(areas),
        categories=frozenset(_CATEGORIES[each] for each in kinds),
        attributes=frozenset({attribute}) if who > 0.75 else frozenset(),
        max_decile=int(chance.integers(1, 4)) if whom > 0.6 else None,
    )


def _with_floor(chance: Chance, market: Small, places: list[str]) -> Small:
    """Return the market with a floor in the largest of its pledges, which is for all areas."""
    largest = max(market.pledges, key=lambda pledge: pledge.free)
    anywhere = replace(largest, rule=replace(largest.rule, areas=frozenset()))
    village = places[chance.integers(len(places))]
    floor = Floor(
        largest.id,
        village if chance.random() < 0.5 else village[:8],
        int(largest.free * chance.uniform(0.2, 0.8)),
    )
    others = [pledge for pledge in market.pledges if pledge is not largest]
    return Small(market.needs, [*others, anywhere], floor)

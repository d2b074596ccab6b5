"""How long a market takes to be read anew where pledges have caps or minimum grants, or households a limit.

`python -m bench.matching.capped 16000 --caps 0.5 --minimums 0.1 --limit 300`: so many needs, three to a household, the
share of pledges with a cap, the share that gives 100 at least, and what a household gets in all at most. Half of the
needs ask for less than 150. It prints processor time, beside that of the same market without any of it.
"""

import argparse
import random
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

from services.programs.allocating.domain import Mind
from services.programs.in_play.domain import NeedState, PledgeState, Terms
from services.programs.matching.domain import Rule
from services.programs.policy.domain import Policy

_SUPPLY = 0.7
_MINIMUM = 100
_TERMS = Terms(Policy(version=1), date(2026, 11, 23))
_VERIFIED = datetime(2026, 1, 1, tzinfo=UTC)
_VILLAGES = [f"35.17.{area:02d}.{village}" for area in range(1, 22) for village in range(2001, 2015)]
_CATEGORIES = ["food", "health", "education", "housing_repair", "nutrition", "electricity"]
_ATTRIBUTES = ("elderly", "disability", "female_head")


def capped_market(
    count: int, caps: float, minimums: float
) -> tuple[dict[UUID, NeedState], dict[UUID, PledgeState]]:
    """Return needs, three to a household, and a pledge for every twenty, of which shares have a cap or a minimum."""
    chance, others = random.Random(1), random.Random(3)
    needs = {need.id: need for number in range(count // 3) for need in _needs(chance, number)}
    parts = [chance.paretovariate(1.3) for _ in range(count // 20)]
    rupiah = _SUPPLY * sum(need.quantity for need in needs.values()) / sum(parts)
    pledges = (
        PledgeState(
            UUID(int=1_000_000_000 + number),
            1,
            max(1, int(rupiah * part)),
            rule=_rule(chance),
            cap_per_household=chance.choice((100, 200, 400)) if chance.random() < caps else None,
            minimum_grant=_MINIMUM if others.random() < minimums else 1,
        )
        for number, part in enumerate(parts)
    )
    return needs, {pledge.id: pledge for pledge in pledges}


def _needs(chance: random.Random, number: int) -> list[NeedState]:
    desa, decile, score = chance.choice(_VILLAGES), chance.choice((1, 1, 1, 2, 3, 4)), chance.randrange(1000)
    attributes = frozenset(name for name in _ATTRIBUTES if chance.random() < 0.25)
    return [
        NeedState(
            id=UUID(int=4 * number + place + 1),
            household=UUID(int=4 * number + 4),
            category=category,
            desa=desa,
            decile=decile,
            score=score,
            verified_at=_VERIFIED,
            urgency=chance.randrange(1, 6),
            indivisible=False,
            attributes=attributes,
            quantity=int(chance.lognormvariate(5, 0.9)) + 1,
            kept=0,
            recorded_on=_VERIFIED.date(),
        )
        for place, category in enumerate(chance.sample(_CATEGORIES, 3))
    ]


def _rule(chance: random.Random) -> Rule:
    """Return a rule: a fifth for a village, a third for a sub-district, half for two categories, and so on."""
    village = chance.choice(_VILLAGES)
    return Rule(
        areas=frozenset(chance.choice(([village], [village[:8]], [village[:8]], [], []))),
        categories=frozenset(chance.sample(_CATEGORIES, 2) if chance.random() < 0.5 else ()),
        attributes=frozenset({"elderly"} if chance.random() < 0.15 else ()),
        max_decile=1 if chance.random() < 0.2 else None,
    )


def seconds(needs: dict[UUID, NeedState], pledges: dict[UUID, PledgeState], limit: int | None) -> float:
    """Return the processor time of reading a market anew whose households have a limit; None where they have none."""
    limited = {need.id: replace(need, household_limit=limit) for need in needs.values()}
    begun = time.process_time()
    Mind(_TERMS, limited, pledges)
    return time.process_time() - begun


def main() -> None:
    """Print how long it takes with, and without, what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.matching.capped", description=__doc__)
    parser.add_argument("needs", type=int)
    parser.add_argument("--caps", type=float, default=0.0)
    parser.add_argument("--minimums", type=float, default=0.0)
    parser.add_argument("--limit", type=int)
    asked = parser.parse_args()
    plain = seconds(*capped_market(asked.needs, 0, 0), None)
    taken = seconds(*capped_market(asked.needs, asked.caps, asked.minimums), asked.limit)
    print(
        f"{asked.needs} needs, {asked.caps:.0%} of the pledges capped, {asked.minimums:.0%} with a minimum,"
        f" limit {asked.limit}: {taken:.1f} s, and {plain:.1f} s without"
    )


if __name__ == "__main__":
    main()

"""Synthetic households: who lives together, how old they are, what burdens them.

Everyone here is invented. Names say so, and no identity number can be a real person's: its serial
is from 9000 up, while a registry office counts the births of one day in one sub-district from 1.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

# Ages are counted from this day, so that one seed makes one registry whenever it is made.
REFERENCE_DAY = date(2026, 1, 1)
_DAYS_IN_YEAR = 365.25

# How often a household is of each kind. The shares make about three people a household,
# as 7,408 people in about 2,500 households ask for.
_KINDS = {
    "elder_alone": 12,
    "elder_couple": 12,
    "mother_and_children": 18,
    "family": 41,
    "three_generations": 12,
    "one_adult": 5,
}


@dataclass(frozen=True, slots=True)
class Member:
    """One person. `relation` and `sex` are the words of the file: kepala, istri ...; L, P."""

    relation: str
    born_on: date
    sex: str
    attributes: tuple[str, ...]


def make_members(random: Random) -> list[Member]:
    """Return the members of one household, its head first."""
    kind = random.choices(list(_KINDS), weights=list(_KINDS.values()))[0]
    return _MAKERS[kind](random)


def _elder_alone(random: Random) -> list[Member]:
    return [_adult(random, "kepala", random.choices("PL", (70, 30))[0], (62, 88))]


def _one_adult(random: Random) -> list[Member]:
    return [_adult(random, "kepala", random.choice("PL"), (24, 58))]


def _elder_couple(random: Random) -> list[Member]:
    return [_adult(random, "kepala", "L", (60, 82)), _adult(random, "istri", "P", (56, 78))]


def _mother_and_children(random: Random) -> list[Member]:
    return [_adult(random, "kepala", "P", (26, 52)), *_children(random, (1, 4))]


def _family(random: Random) -> list[Member]:
    parents = [
        _adult(random, "kepala", "L", (26, 55)),
        _adult(random, "istri", "P", (22, 44), may_expect=True),
    ]
    return [*parents, *_children(random, (1, 4))]


def _three_generations(random: Random) -> list[Member]:
    return [*_family(random), _adult(random, "orang_tua", random.choices("PL", (65, 35))[0], (62, 86))]


_MAKERS = {
    "elder_alone": _elder_alone,
    "elder_couple": _elder_couple,
    "mother_and_children": _mother_and_children,
    "family": _family,
    "three_generations": _three_generations,
    "one_adult": _one_adult,
}


def _adult(
    random: Random, relation: str, sex: str, ages: tuple[int, int], *, may_expect: bool = False
) -> Member:
    age = random.uniform(*ages)
    chances = {
        "disability": 0.04 if age < 60 else 0.13,
        "chronic_illness": 0.07 if age < 60 else 0.28,
        "unemployed": 0.16 if age < 60 else 0.0,
        "pregnant": 0.05 if may_expect else 0.0,
    }
    return Member(relation, _born(random, age), sex, _drawn(random, chances))


def _children(random: Random, counts: tuple[int, int]) -> list[Member]:
    return [_child(random) for _ in range(random.choices(range(counts[0], counts[1]), (55, 32, 13))[0])]


def _child(random: Random) -> Member:
    age = random.uniform(0.2, 17.8)
    chances = {"disability": 0.03, "chronic_illness": 0.03, "out_of_school": 0.07 if age >= 7 else 0.0}
    return Member("anak", _born(random, age), random.choice("LP"), _drawn(random, chances))


def _born(random: Random, age: float) -> date:
    return REFERENCE_DAY - timedelta(days=int(age * _DAYS_IN_YEAR) + random.randrange(2))


def _drawn(random: Random, chances: dict[str, float]) -> tuple[str, ...]:
    return tuple(attribute for attribute, chance in chances.items() if random.random() < chance)

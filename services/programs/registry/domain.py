"""What follows from who lives in a household."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.programs.identity.domain import Sex
from services.programs.scoring.domain import Score, score
from shared.vocabulary import ATTRIBUTES

RELATIONS = ("head", "spouse", "child", "parent", "grandchild", "sibling", "in_law", "other")
# Families say it with more words than a table needs.
RELATION_WORDS = {relation: relation for relation in RELATIONS} | {
    "wife": "spouse",
    "husband": "spouse",
    "son": "child",
    "daughter": "child",
    "mother": "parent",
    "father": "parent",
    "child_in_law": "in_law",
    "parent_in_law": "in_law",
}
SEX_WORDS: dict[str, Sex] = {
    "male": "male",
    "m": "male",
    "l": "male",
    "female": "female",
    "f": "female",
    "p": "female",
}

# These follow from birth dates and from who is the head: what a file says of them is not believed.
DERIVED = frozenset({"elderly", "child_under_5", "school_age", "female_head"})


@dataclass(frozen=True, slots=True)
class Person:
    """A member as a file or a person gives it."""

    nik: str
    name: str
    born_on: date
    sex: Sex
    relation: str
    attributes: tuple[str, ...] = ()

    @property
    def given(self) -> list[str]:
        """Return the attributes that nothing else tells."""
        return [
            attribute for attribute in ATTRIBUTES if attribute in self.attributes and attribute not in DERIVED
        ]


@dataclass(frozen=True, slots=True)
class Family:
    """A household as a file or a person gives it; exactly one of its members is the head."""

    kk_number: str
    address: str
    desa: str
    decile: int
    decile_source: str
    decile_vintage: str
    housing: dict[str, str]
    members: Sequence[Person] = field(default_factory=tuple)


# The edition of a data set: its year, and a month, quarter or number where there is more than one.
# It is told to the other services, so nothing longer fits: a name or a number of somebody least of all.
_VINTAGE = re.compile(r"[0-9]{4}(-[A-Za-z0-9]{1,4})?")


def is_vintage(text: str) -> bool:
    """Tell whether it is the edition of a data set: `2023`, `2025-01`, `2025-Q3`."""
    return _VINTAGE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Life:
    """Of a member, what the household's figures follow from."""

    born_on: date
    sex: str
    relation: str
    attributes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Figures:
    """What is told of a household without telling who lives in it."""

    people: int
    ages: dict[str, int]
    attributes: list[str]
    score: Score


def age_on(day: date, born_on: date) -> int:
    """Return whole years lived; who is born on 29 February has the birthday on 1 March."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def age_bands(lives: Iterable[Life], day: date) -> dict[str, int]:
    """Count members under 5, 5-17, 18-59, 60 and over."""
    bands = dict.fromkeys(("under_5", "from_5_to_17", "from_18_to_59", "from_60"), 0)
    for life in lives:
        age = age_on(day, life.born_on)
        band = (
            "under_5"
            if age < 5
            else "from_5_to_17"
            if age < 18
            else "from_18_to_59"
            if age < 60
            else "from_60"
        )
        bands[band] += 1
    return bands


def attributes_of(life: Life, day: date) -> list[str]:
    """Return the attributes of one member, given and derived, in a fixed order."""
    age = age_on(day, life.born_on)
    derived = {
        "elderly": age >= 60,
        "child_under_5": age < 5,
        "school_age": 7 <= age <= 18,
        "female_head": life.relation == "head" and life.sex == "female",
    }
    return [attribute for attribute in ATTRIBUTES if derived.get(attribute, attribute in life.attributes)]


def household_attributes(lives: Iterable[Life], day: date) -> list[str]:
    """Return the attributes of a household: each that one of its members has, in a fixed order."""
    found = {attribute for life in lives for attribute in attributes_of(life, day)}
    return [attribute for attribute in ATTRIBUTES if attribute in found]


def figures(lives: Sequence[Life], *, housing: dict[str, str], decile: int, day: date) -> Figures:
    """Work out what follows from the members, the dwelling and the decile on a day."""
    attributes = household_attributes(lives, day)
    earners = sum(
        18 <= age_on(day, life.born_on) < 60 and "unemployed" not in life.attributes for life in lives
    )
    return Figures(
        people=len(lives),
        ages=age_bands(lives, day),
        attributes=attributes,
        score=score(
            housing=housing, attributes=attributes, decile=decile, people=len(lives), earners=earners
        ),
    )

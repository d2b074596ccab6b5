"""Who may receive from a pledge, and what the states of an allocation mean."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from shared.vocabulary import ZAKAT_DECILE

# A live allocation holds its quantity; one that is over holds only what was delivered of it.
LIVE = ("proposed", "reserved")
OVER = ("refused", "vetoed", "delivered", "failed", "released")
STAGES = LIVE + OVER

# What can happen to an allocation. `stopped`: by what became of its household; `returned`: what was paid of it is with
# its pledge again; `taken_over`: the log begins with it, so that what came before is not known in full.
STEPS = (
    "proposed",
    "reserved",
    "refused",
    "paid",
    "approved",
    "held",
    "stopped",
    "resumed",
    "vetoed",
    "told",
    "delivered",
    "failed",
    "cancelled",
    "released",
    "returned",
    "taken_over",
)

# How many villages an area stands for, by the length of its code: regency, sub-district, village.
_SIZE_OF_AREA = {5: 400, 8: 20, 13: 1}
_EVERY_CATEGORY, _EVERY_ATTRIBUTE, _EVERY_DECILE = 12, 9, 10


class Claim(Protocol):
    """What a rule looks at: the need's category, and its household's village, decile and attributes."""

    @property
    def category(self) -> str: ...
    @property
    def desa(self) -> str: ...
    @property
    def decile(self) -> int: ...
    @property
    def attributes(self) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim by itself."""

    category: str
    desa: str
    decile: int
    attributes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """A donor's restrictions. What is empty or None restricts nothing; several attributes mean any."""

    areas: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    max_decile: int | None = None
    zakat: bool = False

    def admits(self, claim: Claim) -> bool:
        """Tell whether the need may be met from the pledge."""
        return (
            (not self.categories or claim.category in self.categories)
            and (not self.areas or not self.areas.isdisjoint(areas_of(claim.desa)))
            and (not self.attributes or not self.attributes.isdisjoint(claim.attributes))
            and (self.max_decile is None or claim.decile <= self.max_decile)
            and (not self.zakat or claim.decile == ZAKAT_DECILE)
        )

    def highest_decile(self) -> int:
        """Return the highest decile that it admits."""
        return ZAKAT_DECILE if self.zakat else self.max_decile or _EVERY_DECILE

    def breadth(self) -> int:
        """Return how much the rule admits, as a product of its parts: the smaller, the more restricted."""
        areas = sum(_SIZE_OF_AREA.get(len(area), 1) for area in self.areas) if self.areas else 400
        return (
            areas
            * (len(self.categories) or _EVERY_CATEGORY)
            * (len(self.attributes) or _EVERY_ATTRIBUTE)
            * self.highest_decile()
        )

    def admitted_by(self, claim: Claim) -> list[str]:
        """Return the codes of the restrictions that the need meets; `open_to_all` where there is none."""
        return list(self._met(claim)) or ["open_to_all"]

    def _met(self, claim: Claim) -> Iterator[str]:
        if self.zakat:
            yield "zakat"
        if self.areas:
            yield "area"
        if self.categories:
            yield "category"
        if self.max_decile is not None:
            yield "max_decile"
        for attribute in sorted(self.attributes & claim.attributes):
            yield f"attribute_{attribute}"


def areas_of(desa: str) -> tuple[str, str, str]:
    """Return the codes of the regency, the sub-district and the village that a village lies in."""
    return desa[:5], desa[:8], desa

"""The target, and what is computed from the figures of an area."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shared.disclosure import SMALLEST_SHOWN, Group, Shown


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached, until when, and who said so."""

    people: int
    rate: float
    due: date
    source: str


TARGET = Target(
    people=0,
    rate=0.0,
    due=date(2026, 12, 31),
    source=(
        "0 % extreme poverty: Inpres 4/2022 (by 2024), restated at Jombang's coordination meeting of"
        " 12 February 2024; Inpres 8/2025, by the end of 2026 as stated by the government (press, 14 March 2025)"
    ),
)

# Which figures of an area go together: rupiah go with the count behind them, but those of the regency are always shown.
GROUPS = (
    Group(("households", "people")),
    Group(("verified",)),
    Group(("matched",), ("reserved_idr", "contributed_idr"), root_keeps_amounts=True),
    Group(("delivered",), ("delivered_idr",), root_keeps_amounts=True),
    Group(("graduated", "graduated_people")),
    Group(("removed", "removed_people")),
    Group(("needs_open",)),
    Group(("needs_covered",)),
    Group(("needs_delivered",)),
)


@dataclass(frozen=True, slots=True)
class Way:
    """How much of the way to 0 is done, in people; None where hidden.

    `start` is all who were ever on the list: no decision moves it, only who comes onto the list. Only
    graduation is progress. Who was removed was never extremely poor, or is not there: that makes the
    list right, and belongs not to the way.
    """

    left: int | None
    graduated: int | None
    removed: int | None

    @property
    def start(self) -> int | None:
        """Return how many were ever on the list."""
        return _sum(self.left, self.graduated, self.removed)

    @property
    def share(self) -> float | None:
        """Return how much of the way is done, in percent; None where there is nobody to go it, too."""
        return percentage(self.graduated, _sum(self.left, self.graduated))


def way_of(shown: Shown) -> Way:
    """Return how far an area is on its way to 0."""
    return Way(left=shown["people"], graduated=shown["graduated_people"], removed=shown["removed_people"])


def _sum(*counts: int | None) -> int | None:
    """Return the sum; None where a part of it is hidden."""
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def percentage(part: int | None, whole: int | None) -> float | None:
    """Return a part in percent of a whole, to four digits; None where one of them is hidden or absent."""
    return None if part is None or not whole else round(100 * part / whole, 4)


def coverage_of(shown: Shown) -> dict[str, float | None]:
    """Return which part, in percent, of the needs is covered, and of the households has been matched."""
    needs = [shown[name] for name in ("needs_open", "needs_covered", "needs_delivered")]
    return {
        "needs": percentage(_sum(*needs[1:]), _sum(*needs)),
        "households": percentage(shown["matched"], shown["households"]),
    }


def percentile(households: Mapping[int, int], share: float) -> int | None:
    """Return the days that this share of the households did not exceed (nearest rank).

    `households` counts them by days. None for so few that one of them could be told.
    """
    total = sum(households.values())
    if total < SMALLEST_SHOWN:
        return None
    rank = math.ceil(share * total)
    for days in sorted(households):
        rank -= households[days]
        if rank <= 0:
            return days
    raise AssertionError("the rank is within the total")


def spread(households: Mapping[int, int]) -> dict[str, int | None]:
    """Return the median and the 90th percentile of days."""
    return {"median": percentile(households, 0.5), "p90": percentile(households, 0.9)}

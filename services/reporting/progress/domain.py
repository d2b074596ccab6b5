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

    `start` is all that are or were on the list: those on it now and those who graduated. Only
    graduation is progress. Who was removed was never extremely poor, or is not there: that makes
    the list right, and belongs neither to the start nor to the way.
    """

    left: int | None
    graduated: int | None

    @property
    def start(self) -> int | None:
        """Return how many there are to go in all."""
        return None if self.left is None or self.graduated is None else self.left + self.graduated

    @property
    def share(self) -> float | None:
        """Return how much of it is done, in percent; None where nobody was ever on the list, too."""
        return percentage(self.graduated, self.start)


def way_of(shown: Shown) -> Way:
    """Return how far an area is on its way to 0."""
    return Way(left=shown["people"], graduated=shown["graduated_people"])


def percentage(part: int | None, whole: int | None) -> float | None:
    """Return a part in percent of a whole, to four digits; None where one of them is hidden or absent."""
    return None if part is None or not whole else round(100 * part / whole, 4)


def coverage_of(shown: Shown) -> dict[str, float | None]:
    """Return which part, in percent, of the needs is covered, and of the households has been matched."""
    needs = [shown[name] for name in ("needs_open", "needs_covered", "needs_delivered")]
    known = [count for count in needs if count is not None]
    total = sum(known) if len(known) == len(needs) else None
    return {
        "needs": percentage(None if total is None else total - known[0], total),
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

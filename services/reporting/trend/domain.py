"""What can be followed over time."""

from dataclasses import dataclass
from datetime import timedelta

# Younger than this, a series is told by the minute: on the first day there is no other.
YOUNG = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Measure:
    """One series: the column it is kept in, its unit, and the counts that hide it when they are small."""

    column: str
    unit: str
    counts: tuple[str, ...] = ()
    has_target: bool = False


_LISTED = ("people", "households")
_GRADUATED = ("graduated", "graduated_people")
_REMOVED = ("removed", "removed_people")

MEASURES = {
    "people": Measure("people", "people", _LISTED, has_target=True),
    "households": Measure("households", "households", _LISTED, has_target=True),
    "verified": Measure("verified", "households", ("verified",)),
    "reached": Measure("reached", "households", ("reached",)),
    "graduated": Measure("graduated", "households", _GRADUATED),
    "graduated_people": Measure("graduated_people", "people", _GRADUATED),
    "removed": Measure("removed", "households", _REMOVED),
    "removed_people": Measure("removed_people", "people", _REMOVED),
    "pledged": Measure("pledged_idr", "IDR"),
    "reserved": Measure("reserved_idr", "IDR"),
    "contributed": Measure("contributed_idr", "IDR"),
    "delivered": Measure("delivered_idr", "IDR"),
}

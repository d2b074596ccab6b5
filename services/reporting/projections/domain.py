"""What a household, a need, a pledge or a step of an allocation counts for.

All that a household adds to, its needs and its rupiah too, is counted where it lives now.
"""

from datetime import date, datetime

from services.reporting.facts.domain import Household, Need, Step
from shared.events import donations, programs

# Raised when the same events would fold into other rows: the tables then want a rebuild.
RULES = 5

# The area of what is meant for no place in particular.
ANYWHERE = ""

# What a household's needs and allocations add to it.
_BOOKED = (
    "needs_open",
    "needs_covered",
    "needs_delivered",
    "reserved_idr",
    "contributed_idr",
    "delivered_idr",
)


def is_on_the_list(household: Household) -> bool:
    """Tell whether the registry counts it as extremely poor today."""
    return household.version > 0 and household.status not in {"rejected", "graduated"}


def may_be_reached(household: Household) -> bool:
    """Tell whether a pledge may reach it now: its verification holds, and no person stopped it."""
    return household.status == "verified" and not household.held


def figures_of_household(household: Household) -> dict[str, int]:
    """Return what the household, its needs and its allocations add to the figures of its village.

    A need is open only while a pledge may reach its household, as on the board of donations.
    """
    booked = {name: getattr(household, name) for name in _BOOKED}
    booked["needs_open"] *= may_be_reached(household)
    if household.version == 0:
        return booked
    return (
        booked
        | _counted("households", "people", household, is_on_the_list(household))
        | _counted("graduated", "graduated_people", household, household.status == "graduated")
        | _counted("removed", "removed_people", household, household.status == "rejected")
        | {
            "verified": int(household.status == "verified"),
            "matched": int(household.set_aside > 0 or household.deliveries > 0),
            "delivered": int(household.deliveries > 0),
        }
    )


def _counted(households: str, people: str, household: Household, counts: bool) -> dict[str, int]:
    return {households: int(counts), people: household.people if counts else 0}


def figures_of_need(need: Need) -> dict[str, int]:
    """Return what the need adds to its household: it is short, wholly set aside or wholly delivered."""
    if need.quantity == 0:
        return {}
    if need.delivered >= need.quantity:
        return {"needs_delivered": 1}
    if need.closed:
        return {}
    return {"needs_covered" if need.set_aside >= need.quantity else "needs_open": 1}


def funding_of_step(event: Step) -> dict[str, int]:
    """Return what a step adds to the columns of funding for its household, in rupiah.

    Reserved is what is set aside and not delivered yet; contributed is what was paid for it, delivered
    or not, less what a release gave back to the pledge.
    """
    match event:
        case donations.AllocationReserved():
            return {"reserved_idr": event.value_idr}
        case donations.AllocationReleased():
            return {"reserved_idr": -event.value_idr, "contributed_idr": -_value_released(event)}
        case donations.ContributionMade():
            return {"contributed_idr": event.value_idr}
        case programs.DeliveryConfirmed():
            return {"reserved_idr": -event.value_idr, "delivered_idr": event.value_idr}


def in_hand_of_step(event: Step) -> dict[str, int]:
    """Return what a step adds to what pledges have in hand, in rupiah: paid, and meant for no household.

    It counts as contributed too, so that what was paid once never leaves the figures of the regency.
    """
    match event:
        case donations.AllocationReleased():
            return {"contributed_idr": _value_released(event)}
        case donations.ContributionMade(carried_over=True):
            return {"contributed_idr": -event.value_idr}
    return {}


def _value_released(event: donations.AllocationReleased) -> int:
    return event.value_idr * event.contributed // event.quantity


def days_waited(household: Household) -> int | None:
    """Return the days from the first verification to the first delivery; None before both."""
    if household.version == 0 or household.verified_on is None or household.first_delivery_on is None:
        return None
    return max(0, (household.first_delivery_on - household.verified_on).days)


def reached_at(household: Household) -> datetime | None:
    """Return when the first delivery to a registered household was told; None before."""
    return household.reached_at if household.version > 0 else None


def waiting_since(household: Household) -> date | None:
    """Return the day since when a verified household has been waiting for its first delivery."""
    waits = household.version > 0 and household.status == "verified" and household.deliveries == 0
    return household.verified_on if waits else None

"""What is known of a household, a need or a pledge, and what an event changes of it, as pure folds.

Events of one key come in order, those of different topics or keys do not, and one that was put
aside comes whenever it is handed back. So what an allocation adds to a household or a need is a sum;
what a household or a pledge says of itself is its highest version; and what was decided of a
household or a need is what was told last, by the offset on its topic. The order never matters.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import takewhile
from typing import TypeVar
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from shared.events import donations, programs

ANY_CATEGORY = "any"

HouseholdState = programs.HouseholdRegistered | programs.HouseholdChanged
PledgeState = (
    donations.PledgeOpened | donations.PledgeAmended | donations.PledgeWithdrawn | donations.PledgeExpired
)
Decision = (
    programs.HouseholdVerified
    | programs.HouseholdRejected
    | programs.VerificationLapsed
    | programs.HouseholdGraduated
    | programs.HouseholdHeld
    | programs.HouseholdReleased
)
Step = (
    donations.AllocationReserved
    | donations.AllocationReleased
    | donations.ContributionMade
    | programs.DeliveryConfirmed
)

Fact = TypeVar("Fact", "Household", "Need", "Pledge")

_STATUS_AFTER: dict[type, str] = {
    programs.HouseholdVerified: "verified",
    programs.HouseholdRejected: "rejected",
    programs.VerificationLapsed: "lapsed",
    programs.HouseholdGraduated: "graduated",
}


class Household(Struct, frozen=True):
    """What is known of a household here. Version 0: heard of, not yet registered.

    `status_in` and `held_in` are the offsets of the events that said so; -1 where none did.
    `set_aside` sums quantities of any unit, reserved less released: all that counts is whether
    anything is left. `verified_on` is the first verification, which waiting is measured from.
    `reached_at` is when its first delivery was told, which may be days after the delivery. The
    counts of needs and the rupiah are those of all its needs and allocations. Until it is registered
    it lives where the first event that spoke of it says.
    """

    id: UUID
    version: int = 0
    desa: str = ""
    people: int = 0
    status: str = "registered"
    held: bool = False
    verified_on: date | None = None
    set_aside: int = 0
    deliveries: int = 0
    first_delivery_on: date | None = None
    reached_at: datetime | None = None
    needs_open: int = 0
    needs_covered: int = 0
    needs_delivered: int = 0
    reserved_idr: int = 0
    contributed_idr: int = 0
    delivered_idr: int = 0
    status_in: int = -1
    held_in: int = -1


class Need(Struct, frozen=True):
    """What is known of a need here. Quantity 0: heard of, not yet recorded.

    `recorded_in` and `closed_in` are the offsets of the last events that did so; -1 where none did.
    """

    id: UUID
    quantity: int = 0
    closed: bool = False
    set_aside: int = 0
    delivered: int = 0
    recorded_in: int = -1
    closed_in: int = -1


class Pledge(Struct, frozen=True):
    """What a pledge counts for. `area` is the smallest that holds all it is meant for; empty: anywhere."""

    id: UUID
    version: int = 0
    area: str = ""
    fund: str = ""
    strategy: str = ""
    stakeholder_kind: str = ""
    category: str = ANY_CATEGORY
    value_idr: int = 0


def describe_household(household: Household, event: HouseholdState) -> Household:
    """Take over what the registry says now; an older version changes nothing."""
    if event.version <= household.version:
        return household
    return replace(household, version=event.version, desa=event.desa, people=event.people)


def decide_household(household: Household, event: Decision, day: date, offset: int) -> Household:
    """Take over what was decided about it, on a day; what was decided later stays."""
    if isinstance(event, (programs.HouseholdHeld, programs.HouseholdReleased)):
        if offset < household.held_in:
            return household
        return replace(household, held=isinstance(event, programs.HouseholdHeld), held_in=offset)
    status = _STATUS_AFTER[type(event)]
    if status == "verified":
        household = replace(household, verified_on=min(household.verified_on or day, day))
    if offset < household.status_in:
        return household
    return replace(household, status=status, status_in=offset)


def count_step(household: Household, event: Step, at: datetime) -> Household:
    """Add what a step of an allocation, told at an instant, means for the household."""
    match event:
        case donations.AllocationReserved():
            return replace(household, set_aside=household.set_aside + event.quantity)
        case donations.AllocationReleased():
            return replace(household, set_aside=household.set_aside - event.quantity)
        case programs.DeliveryConfirmed():
            return replace(
                household,
                deliveries=household.deliveries + 1,
                first_delivery_on=min(household.first_delivery_on or event.day, event.day),
                reached_at=min(household.reached_at or at, at),
            )
    return household


def book(household: Household, desa: str, figures: Mapping[str, int]) -> Household:
    """Add to the household's needs and rupiah; `desa` is where it lived when the event was told."""
    sums = {name: getattr(household, name) + figure for name, figure in figures.items()}
    return replace(household, desa=household.desa or desa, **sums)


def record_need(need: Need, event: programs.NeedRecorded, offset: int) -> Need:
    """Take over what is lacking; it is open again unless it was closed later."""
    if offset < need.recorded_in:
        return need
    closed = need.closed and offset < need.closed_in
    return replace(need, quantity=event.quantity, closed=closed, recorded_in=offset)


def close_need(need: Need, offset: int) -> Need:
    """Close it, unless it was recorded anew later."""
    closed = need.closed or offset >= need.recorded_in
    return replace(need, closed=closed, closed_in=max(offset, need.closed_in))


def cover_need(need: Need, event: Step) -> Need:
    """Add what a step of an allocation means for the need."""
    match event:
        case donations.AllocationReserved():
            return replace(need, set_aside=need.set_aside + event.quantity)
        case donations.AllocationReleased():
            return replace(need, set_aside=need.set_aside - event.quantity)
        case programs.DeliveryConfirmed():
            return replace(need, delivered=need.delivered + event.quantity)
    return need


def describe_pledge(pledge: Pledge, event: PledgeState) -> Pledge:
    """Take over the pledge's state; an older version changes nothing."""
    if event.version <= pledge.version:
        return pledge
    categories = event.restrictions.categories
    return Pledge(
        id=pledge.id,
        version=event.version,
        area=smallest_area_around(event.restrictions.areas),
        fund=event.fund,
        strategy=event.strategy,
        stakeholder_kind=event.stakeholder_kind,
        category=categories[0] if len(categories) == 1 else ANY_CATEGORY,
        value_idr=event.value_idr,
    )


def smallest_area_around(codes: Sequence[str]) -> str:
    """Return the code of the smallest area that holds all of them; empty where nothing does."""
    levels = zip(*(code.split(".") for code in codes), strict=False)
    return ".".join(takewhile(bool, (level[0] if len(set(level)) == 1 else "" for level in levels)))

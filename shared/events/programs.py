"""Events that programs publishes: who needs what, and what reaches them. A household is an opaque id."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.events.event import Event
from shared.events.fields import (
    Amount,
    Area,
    Code,
    Count,
    Decile,
    Quantity,
    Text,
    Total,
    Unit,
    Urgency,
    Version,
    Village,
)
from shared.vocabulary import (
    Attribute,
    DecileSource,
    Fund,
    NeedCategory,
    StakeholderKind,
    Strategy,
    VisitOutcome,
)


class _HouseholdEvent(Event, frozen=True, kw_only=True):
    service: ClassVar[str] = "programs"
    keyed_by: ClassVar[str] = "household"
    household: UUID
    desa: Village


class AgeBands(msgspec.Struct, frozen=True, kw_only=True):
    """How many members are in each band: under 5, 5-17, 18-59, 60 and over."""

    under_5: Count
    from_5_to_17: Count
    from_18_to_59: Count
    from_60: Count


class _HouseholdState(_HouseholdEvent, frozen=True, kw_only=True):
    """The whole state of a household; the higher version wins."""

    version: Version
    people: Count
    ages: AgeBands
    attributes: list[Attribute]
    decile: Decile
    decile_source: DecileSource
    decile_vintage: Text
    score: Annotated[int, Meta(ge=0, le=1000)]
    score_version: Code
    synthetic: bool = False


class HouseholdRegistered(_HouseholdState, frozen=True, kw_only=True):
    """A household came into the registry."""


class HouseholdChanged(_HouseholdState, frozen=True, kw_only=True):
    """Its record was corrected. `desa` is where it lives now."""


class VisitAssigned(_HouseholdEvent, frozen=True, kw_only=True):
    """A social worker is to look at the household at its door."""

    visit: UUID


class VisitCompleted(_HouseholdEvent, frozen=True, kw_only=True):
    """The visit was made."""

    visit: UUID
    outcome: VisitOutcome
    days_waited: Count


class HouseholdVerified(_HouseholdEvent, frozen=True, kw_only=True):
    """A second person confirmed what the visit found. It may be matched until `valid_until`."""

    people: Count
    valid_until: date


class HouseholdRejected(_HouseholdEvent, frozen=True, kw_only=True):
    """A second person decided that it is not in extreme poverty, or not there."""

    reason: Code


class VerificationLapsed(_HouseholdEvent, frozen=True, kw_only=True):
    """The verification is past its day; nothing new is matched until a fresh visit."""


class HouseholdHeld(_HouseholdEvent, frozen=True, kw_only=True):
    """A person stopped every automatic step for it."""

    reason: Code


class HouseholdReleased(_HouseholdEvent, frozen=True, kw_only=True):
    """The hold was lifted by a person."""


class HouseholdGraduated(_HouseholdEvent, frozen=True, kw_only=True):
    """It left extreme poverty: needs closed and a fresh verification above the line."""

    people: Count


class NeedRecorded(_HouseholdEvent, frozen=True, kw_only=True):
    """What a household lacks. A need lives in exactly one market."""

    need: UUID
    category: NeedCategory
    strategy: Strategy
    quantity: Quantity
    unit: Unit
    item: Code | None = None
    value_idr: Amount
    urgency: Urgency
    indivisible: bool


class NeedClosed(_HouseholdEvent, frozen=True, kw_only=True):
    """The need is over. `delivered` of its quantity had arrived."""

    need: UUID
    category: NeedCategory
    reason: Code
    delivered: Amount


class NextNeed(msgspec.Struct, frozen=True, kw_only=True):
    """The open need that the next unit would go to."""

    decile: Decile
    urgency: Urgency


class GapPart(msgspec.Struct, frozen=True, kw_only=True):
    """What is open in the regency, or in one sub-district of it; null where it would tell of few households.

    `unreached` of it nothing that is pledged could reach.
    """

    area: Area
    needs: Count | None
    open: Total | None
    unreached: Total | None
    next: NextNeed | None


class GapCounted(Event, frozen=True, kw_only=True):
    """What is open of one kind of need, as far as everyone may know it. Nothing is open where there are no parts.

    The regency's part contains those of its sub-districts, of which those are left out that have few needs or none.
    """

    service: ClassVar[str] = "programs"
    keyed_by: ClassVar[str] = "gap"
    gap: UUID
    category: NeedCategory
    unit: Unit
    item: Code | None = None
    price_idr: Quantity
    parts: list[GapPart]


class Reasons(msgspec.Struct, frozen=True, kw_only=True):
    """Why this pledge met this need, in data; pages and answers put it into words."""

    rank: Count
    of: Count
    decile: Decile
    score: Annotated[int, Meta(ge=0, le=1000)]
    urgency: Urgency
    admitted_by: list[Code]
    alternatives: Count
    policy_version: Version
    # Added later: what the order of needs looks at beside those. The share is in thousandths.
    tier: Annotated[int, Meta(ge=1, le=10)] | None = None
    waited_days: Count | None = None
    village_share: Annotated[int, Meta(ge=0, le=1000)] | None = None


class _AllocationStep(Event, frozen=True, kw_only=True):
    """One step of one allocation, keyed by its pledge, with all that a projection groups by."""

    service: ClassVar[str] = "programs"
    keyed_by: ClassVar[str] = "pledge"
    pledge: UUID
    allocation: UUID
    need: UUID
    household: UUID
    desa: Village
    category: NeedCategory
    stakeholder_kind: StakeholderKind
    fund: Fund
    strategy: Strategy
    unit: Unit
    item: Code | None = None
    quantity: Quantity
    value_idr: Amount


class AllocationProposed(_AllocationStep, frozen=True, kw_only=True):
    """The engine chose the pledge, as of `pledge_version`, for the need. Payment waits where `awaits_approval`."""

    reasons: Reasons
    awaits_approval: bool
    # Absent from what was proposed before it was told.
    pledge_version: Version | None = None


class AllocationApproved(_AllocationStep, frozen=True, kw_only=True):
    """The people whose word an amount of this size needs have given it."""


class AllocationHeld(_AllocationStep, frozen=True, kw_only=True):
    """A person stopped it: no payment and no delivery until it is approved."""

    reason: Code


class _AllocationEnd(_AllocationStep, frozen=True, kw_only=True):
    """It is over. `delivered` of it had reached the household by then, whether that was heard or not."""

    delivered: Amount = 0


class AllocationVetoed(_AllocationEnd, frozen=True, kw_only=True):
    """A person refused it for ever; what was reserved is to be released."""

    reason: Code


class AllocationCancelled(_AllocationEnd, frozen=True, kw_only=True):
    """Its need closed, or its household may no longer have it; what was reserved is to be released."""

    reason: Code


class DeliveryConfirmed(_AllocationStep, frozen=True, kw_only=True):
    """`quantity` reached the household on `day`, confirmed at the door."""

    delivery: UUID
    day: date


class DeliveryFailed(_AllocationEnd, frozen=True, kw_only=True):
    """It could not be handed over; what was reserved is to be released."""

    delivery: UUID
    day: date
    reason: Code

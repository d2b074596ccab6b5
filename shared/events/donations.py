"""Events that donations publishes: who promised what, and what became of it."""

from datetime import date
from typing import ClassVar
from uuid import UUID

import msgspec

from shared.events.event import Event
from shared.events.fields import Amount, Area, Code, Decile, Quantity, Text, Unit, Version, Village
from shared.vocabulary import (
    Attribute,
    Fund,
    HelixSide,
    NeedCategory,
    ResourceKind,
    StakeholderKind,
    Strategy,
)


class _DonationsEvent(Event, frozen=True, kw_only=True):
    service: ClassVar[str] = "donations"


class StakeholderApproved(_DonationsEvent, frozen=True, kw_only=True):
    """An organisation may pledge. `name` is the organisation's public name."""

    keyed_by: ClassVar[str] = "stakeholder"
    stakeholder: UUID
    name: Text
    kind: StakeholderKind
    # Absent from what was told before it was told.
    side: HelixSide | None = None


class StakeholderSuspended(_DonationsEvent, frozen=True, kw_only=True):
    """An organisation may no longer pledge. `name` is the organisation's public name."""

    keyed_by: ClassVar[str] = "stakeholder"
    stakeholder: UUID
    # Absent from what was told before they were told.
    name: Text | None = None
    kind: StakeholderKind | None = None
    side: HelixSide | None = None


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """What is pledged. Cash has the unit IDR and no item."""

    kind: ResourceKind
    unit: Unit
    item: Code | None = None


class Restrictions(msgspec.Struct, frozen=True, kw_only=True):
    """Who may receive from a pledge. Empty means anyone; several attributes mean any of them."""

    areas: list[Area] = []
    categories: list[NeedCategory] = []
    attributes: list[Attribute] = []
    max_decile: Decile | None = None
    cap_per_household: Quantity | None = None
    minimum_grant: Quantity | None = None


class _PledgeState(_DonationsEvent, frozen=True, kw_only=True):
    """The whole state of a pledge after the event; the higher version wins."""

    keyed_by: ClassVar[str] = "pledge"
    pledge: UUID
    version: Version
    stakeholder: UUID
    stakeholder_kind: StakeholderKind
    resource: Resource
    quantity: Amount
    value_idr: Amount
    fund: Fund
    zakat: bool
    strategy: Strategy
    restrictions: Restrictions
    opens_on: date
    expires_on: date | None


class PledgeOpened(_PledgeState, frozen=True, kw_only=True):
    """A stakeholder promised something."""


class PledgeAmended(_PledgeState, frozen=True, kw_only=True):
    """The promise was changed; `quantity` is never below what is reserved."""


class PledgeWithdrawn(_PledgeState, frozen=True, kw_only=True):
    """Nothing more may be matched to it; `quantity` is what stays committed."""


class PledgeExpired(_PledgeState, frozen=True, kw_only=True):
    """Its window has ended; `quantity` is what stays committed."""


class _AllocationStep(_DonationsEvent, frozen=True, kw_only=True):
    """One step of one allocation, with all that a projection groups by."""

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


class AllocationReserved(_AllocationStep, frozen=True, kw_only=True):
    """The quantity is set aside; `left` is what the pledge still has free."""

    left: Amount


class AllocationRefused(_DonationsEvent, frozen=True, kw_only=True):
    """The pledge could not carry the proposal; `left` is what it has free."""

    keyed_by: ClassVar[str] = "pledge"
    pledge: UUID
    allocation: UUID
    need: UUID
    quantity: Quantity
    why: Code
    left: Amount


class AllocationReleased(_AllocationStep, frozen=True, kw_only=True):
    """What was reserved is free again. `contributed` of it had been paid: the pledge has that in hand."""

    why: Code
    contributed: Amount
    left: Amount


class ContributionMade(_AllocationStep, frozen=True, kw_only=True):
    """`quantity` of the allocation is paid. `carried_over`: from what the pledge had in hand, not anew."""

    contribution: UUID
    paid_on: date
    carried_over: bool = False

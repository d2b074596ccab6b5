"""What every step of an allocation says."""

from typing import Any, TypeVar, cast

from services.donations.fulfilment.models import Allocation
from shared.events.donations import AllocationReleased, AllocationReserved, ContributionMade
from shared.vocabulary import Fund, NeedCategory, StakeholderKind, Strategy

_Step = TypeVar("_Step", AllocationReserved, AllocationReleased, ContributionMade)


def place(allocation: Allocation) -> dict[str, str]:
    """Return what a timeline says about where an allocation goes."""
    return {"area": allocation.area, "category": allocation.category}


def step(kind: type[_Step], allocation: Allocation, quantity: int, **rest: Any) -> _Step:
    """Return the event of one step of an allocation."""
    return kind(
        pledge=allocation.pledge_id,
        allocation=allocation.id,
        need=allocation.need,
        household=allocation.household,
        desa=allocation.desa,
        category=cast(NeedCategory, allocation.category),
        stakeholder_kind=cast(StakeholderKind, allocation.stakeholder_kind),
        fund=cast(Fund, allocation.fund),
        strategy=cast(Strategy, allocation.strategy),
        unit=allocation.unit,
        item=allocation.item,
        quantity=quantity,
        value_idr=allocation.value_of(quantity),
        **rest,
    )

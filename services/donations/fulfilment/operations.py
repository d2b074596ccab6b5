"""Changes to allocations. All of them are made while the pledge's row is locked."""

from collections.abc import Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.donations.contributions.models import Contribution
from services.donations.fulfilment.domain import outcome_of
from services.donations.fulfilment.models import Allocation
from services.donations.pledges.models import Pledge
from services.donations.timeline.operations import note
from shared.events.donations import AllocationReleased, AllocationReserved, ContributionMade
from shared.events.event import Event
from shared.vocabulary import Fund, NeedCategory, StakeholderKind, Strategy

_Step = TypeVar("_Step", AllocationReserved, AllocationReleased, ContributionMade)


def release_unpaid(session: Session, pledge: Pledge) -> Sequence[Event]:
    """Give back to a locked, withdrawn pledge what nobody paid yet; return what to tell. Does not commit."""
    allocations = session.scalars(
        select(Allocation)
        .where(
            Allocation.pledge_id == pledge.id,
            Allocation.quantity - Allocation.released > Allocation.delivered,
        )
        .order_by(Allocation.id)
    ).all()
    return [
        release(session, pledge, allocation, allocation.amounts.unpaid, "withdrawn")
        for allocation in allocations
        if allocation.amounts.unpaid
    ]


def release(
    session: Session, pledge: Pledge, allocation: Allocation, quantity: int, why: str
) -> AllocationReleased:
    """Give a part of an allocation back to its locked pledge; return the event. Does not commit.

    What is unpaid goes first. Where more than that is released, the rest had been paid: it stays
    paid, and the pledge has it in hand.
    """
    paid = max(0, quantity - allocation.amounts.unpaid)
    allocation.released += quantity
    allocation.contributed -= paid
    allocation.outcome, allocation.why = outcome_of(why), why
    pledge.reserved -= quantity
    pledge.in_hand += paid
    numbers = {"quantity": quantity, "contributed": paid, "unit": allocation.unit, "why": why}
    session.add(note(pledge, "allocation_released", allocation=allocation.id, **numbers, **place(allocation)))
    if paid:
        _release_paid(session, allocation, paid)
        if pledge.ended is not None:
            session.add(note(pledge, "left_in_hand", quantity=paid, unit=pledge.unit))
    return step(AllocationReleased, allocation, quantity, why=why, contributed=paid, left=pledge.balance.free)


def _release_paid(session: Session, allocation: Allocation, paid: int) -> None:
    """Say of an allocation's contributions, the latest first, how much is with the pledge again."""
    for contribution in session.scalars(
        select(Contribution)
        .where(Contribution.allocation_id == allocation.id, Contribution.released < Contribution.quantity)
        .order_by(Contribution.id.desc())
    ):
        part = min(paid, contribution.quantity - contribution.released)
        contribution.released += part
        paid -= part
        if not paid:
            break


def place(allocation: Allocation) -> dict[str, str]:
    """Return what a timeline says about where an allocation goes."""
    return {"area": allocation.desa, "category": allocation.category}


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

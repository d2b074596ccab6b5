"""Giving back what was set aside, and ending pledges. All of it is done while the pledge's row is locked."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.donations.contributions.models import Contribution
from services.donations.database import db
from services.donations.fulfilment.domain import outcome_of
from services.donations.fulfilment.models import Allocation
from services.donations.fulfilment.operations import place, step
from services.donations.pledges.models import Pledge
from services.donations.pledges.queries import end_state, lock_pledge
from services.donations.timeline.operations import note
from shared import clock, outbox
from shared.events.donations import AllocationReleased

# Each may have hundreds of allocations, and others wait for its row meanwhile.
_EXPIRED_AT_ONCE = 50


def withdraw_pledge(pledge_id: UUID) -> Pledge:
    """Take back what is free and what is reserved but unpaid. Of one that is over nothing is left to take."""
    pledge = lock_pledge(pledge_id)
    if pledge.ended is None:
        _end(db.session(), [pledge], "withdrawn")
    db.session.commit()
    return pledge


def expire_pledges(session: Session) -> bool:
    """End the pledges whose window is over; return whether more are waiting. Does not commit."""
    over = session.scalars(
        select(Pledge)
        .where(Pledge.ended.is_(None), Pledge.expires_on < clock.today())
        .order_by(Pledge.id)
        .limit(_EXPIRED_AT_ONCE)
        .with_for_update()
    ).all()
    _end(session, over, "expired")
    return len(over) == _EXPIRED_AT_ONCE


def _end(session: Session, pledges: Sequence[Pledge], how: str) -> None:
    """End locked pledges, give back to them what nobody paid yet, and tell of both.

    What they have in hand stays there, to be returned or reassigned.
    """
    unpaid = _find_unpaid(session, [pledge.id for pledge in pledges])
    for pledge in pledges:
        session.add(note(pledge, f"pledge_{how}", quantity=pledge.balance.free_unpaid, unit=pledge.unit))
        if pledge.in_hand:
            session.add(note(pledge, "left_in_hand", quantity=pledge.in_hand, unit=pledge.unit))
        pledge.ended, pledge.version = how, pledge.version + 1
        released = [release(session, pledge, one, one.unpaid, how) for one in unpaid[pledge.id]]
        outbox.record_all(session, [*released, end_state(pledge)])


def _find_unpaid(session: Session, pledges: Sequence[UUID]) -> dict[UUID, list[Allocation]]:
    """Return, by pledge, the allocations of which something is not paid yet."""
    found: dict[UUID, list[Allocation]] = defaultdict(list)
    rows = select(Allocation).where(Allocation.pledge_id.in_(pledges), Allocation.unpaid > 0)
    for allocation in session.scalars(rows.order_by(Allocation.id)):
        found[allocation.pledge_id].append(allocation)
    return found


def release(
    session: Session, pledge: Pledge, allocation: Allocation, quantity: int, why: str
) -> AllocationReleased:
    """Give a part of an allocation back to its locked pledge; return the event. Does not commit.

    What is unpaid goes first, what is earmarked last of it. Where more than that is released, the rest
    had been paid: it stays paid, and the pledge has both in hand.
    """
    unpaid = allocation.amounts.unpaid
    paid = max(0, quantity - unpaid)
    earmarked = min(allocation.earmarked, max(0, quantity - (unpaid - allocation.earmarked)))
    allocation.released += quantity
    allocation.earmarked -= earmarked
    allocation.contributed -= paid
    allocation.outcome, allocation.why = outcome_of(why), why
    pledge.reserved -= quantity
    pledge.in_hand += paid + earmarked
    numbers = {"quantity": quantity, "contributed": paid, "unit": allocation.unit, "why": why}
    session.add(note(pledge, "allocation_released", allocation=allocation.id, **numbers, **place(allocation)))
    if paid:
        _release_paid(session, allocation, paid)
    if pledge.ended is not None and paid + earmarked:
        session.add(note(pledge, "left_in_hand", quantity=paid + earmarked, unit=pledge.unit))
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

"""Giving back what was set aside, and ending pledges. All of it is done while the pledge's row is locked."""

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

_EXPIRED_AT_ONCE = 200


def withdraw_pledge(pledge_id: UUID) -> Pledge:
    """Take back what is free and what is reserved but unpaid. Doing it again changes nothing."""
    pledge = lock_pledge(pledge_id)
    if pledge.ended != "withdrawn":
        _end(db.session(), pledge, "withdrawn")
        released = _release_unpaid(db.session(), pledge)
        outbox.record_all(db.session, [*released, end_state(pledge)])
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
    for pledge in over:
        _end(session, pledge, "expired")
    outbox.record_all(session, [end_state(pledge) for pledge in over])
    return len(over) == _EXPIRED_AT_ONCE


def _end(session: Session, pledge: Pledge, how: str) -> None:
    """End a locked pledge. What it has in hand stays there, to be returned or reassigned."""
    session.add(note(pledge, f"pledge_{how}", quantity=pledge.balance.free_unpaid, unit=pledge.unit))
    if pledge.ended is None and pledge.in_hand:
        session.add(note(pledge, "left_in_hand", quantity=pledge.in_hand, unit=pledge.unit))
    pledge.ended, pledge.version = how, pledge.version + 1


def _release_unpaid(session: Session, pledge: Pledge) -> Sequence[AllocationReleased]:
    """Give back to a locked, withdrawn pledge what nobody paid yet; return what to tell. Does not commit."""
    unpaid = session.scalars(
        select(Allocation)
        .where(Allocation.pledge_id == pledge.id, Allocation.unpaid > 0)
        .order_by(Allocation.id)
    ).all()
    return [release(session, pledge, one, one.unpaid, "withdrawn") for one in unpaid]


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

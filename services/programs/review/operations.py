"""What people decide about allocations. A person's word wins over every automatic step.

An approval that counts is another person's than who recorded the need, and the second one another
than the first. A hold stops payment and delivery until somebody approves; a veto is for ever.
"""

from uuid import UUID

from sqlalchemy import select

from services.programs.database import db
from services.programs.matching.models import Allocation, AllocationDecision
from services.programs.matching.operations import Locked, end, lock_allocations, note_changes, tell
from services.programs.review.queries import find_allocation
from shared import clock, outbox
from shared.errors import Conflict, Forbidden
from shared.events.programs import AllocationApproved, AllocationHeld, AllocationVetoed

_BY_PERSON = "person"


def approve(allocation: UUID, *, by: str, reason: str | None = None) -> Allocation:
    """Say yes: it counts where the amount needs people's word, and ends a person's hold.

    Raises Forbidden to who recorded the need, Conflict where it is over, where its household is held,
    or where this person's yes is given and another's is still needed.
    """
    one = _lock_live(allocation)
    row = one.allocation
    if row.household_held:
        raise Conflict("household_held", "The household is held. Release it first.")
    if one.need.recorded_by == by:
        raise Forbidden("recorded_by_you", "You recorded this need, so somebody else must approve.")
    counts = row.awaits_approval
    if counts and not row.held and _has_approved(row, by):
        raise Conflict(
            "second_person_needed", "You have approved it; the amount needs another person's word too."
        )
    if not counts and not row.held:
        return _done(row)
    counts = counts and not _has_approved(row, by)
    row.held, row.approvals, row.changed_at = False, row.approvals + counts, clock.now()
    _keep(row, "approve", reason, by=by, counts=counts)
    if not row.awaits_approval:
        outbox.record(db.session, tell(AllocationApproved, one, row.quantity))
    return _done(row)


def hold(allocation: UUID, reason: str, *, by: str) -> Allocation:
    """Stop it: no payment and no delivery until somebody approves. Raises Conflict where it is over."""
    one = _lock_live(allocation)
    if not one.allocation.held:
        one.allocation.held, one.allocation.changed_at = True, clock.now()
        _keep(one.allocation, "hold", reason, by=by)
        event = tell(AllocationHeld, one, one.allocation.quantity, reason=_BY_PERSON)
        outbox.record(db.session, event)
    return _done(one.allocation)


def veto(allocation: UUID, reason: str, *, by: str) -> Allocation:
    """Refuse it for ever: this pledge is not proposed for this need again. Raises Conflict where it is over."""
    one = _lock_live(allocation)
    rest = end(one, "vetoed", _BY_PERSON)
    _keep(one.allocation, "veto", reason, by=by)
    outbox.record(db.session, tell(AllocationVetoed, one, rest, reason=_BY_PERSON))
    note_changes(db.session, [one.need.market])
    return _done(one.allocation)


def note_told(allocation: UUID) -> Allocation:
    """Record that the household knows of it, once. Raises Conflict where it is over."""
    one = _lock_live(allocation)
    if one.allocation.told_at is None:
        one.allocation.told_at = one.allocation.changed_at = clock.now()
    return _done(one.allocation)


def _lock_live(allocation: UUID) -> Locked:
    # Seen first, then locked: what the caller may not see is not there for him.
    find_allocation(db.session, allocation)
    (one,) = lock_allocations(db.session, [allocation])
    if not one.allocation.is_live:
        raise Conflict("allocation_over", "The allocation is over.", extra={"ended_as": one.allocation.stage})
    return one


def _has_approved(allocation: Allocation, by: str) -> bool:
    given = select(AllocationDecision.id).where(
        AllocationDecision.allocation_id == allocation.id,
        AllocationDecision.decided_by == by,
        AllocationDecision.counts,
    )
    return db.session.scalar(given.limit(1)) is not None


def _keep(
    allocation: Allocation, decision: str, reason: str | None, *, by: str, counts: bool = False
) -> None:
    db.session.add(
        AllocationDecision(
            allocation_id=allocation.id,
            decision=decision,
            counts=counts,
            reason=reason,
            decided_by=by,
            decided_at=clock.now(),
        )
    )


def _done(allocation: Allocation) -> Allocation:
    db.session.commit()
    return find_allocation(db.session, allocation.id)

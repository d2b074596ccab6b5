"""What people decide about allocations. A person's word wins over every automatic step.

An approval that counts is another person's than who recorded the need, and the second one another
than the first. A hold stops payment and delivery until somebody approves; a veto is for ever.
"""

from uuid import UUID

from services.programs.database import db
from services.programs.markets.domain import Change
from services.programs.markets.operations import note_changes
from services.programs.matching.models import Allocation
from services.programs.matching.operations import (
    Locked,
    end,
    lock_allocations,
    note,
    note_allocations,
    tell,
    tell_end,
)
from services.programs.needs.queries import find_alike
from services.programs.review.domain import refusal_of_approval
from services.programs.review.queries import find_allocation, situation_of, sum_told
from shared import clock, outbox
from shared.errors import Conflict
from shared.events.programs import AllocationApproved, AllocationHeld, AllocationVetoed

_BY_PERSON = "person"


def approve(allocation: UUID, *, by: str, reason: str | None = None) -> Allocation:
    """Say yes: it counts where the amount needs people's word. A hold ends with the last word it needs.

    Raises Conflict where it is over, and what `review.domain.refusal_of_approval` says.
    """
    one = _lock_live(allocation)
    row = one.allocation
    situation = situation_of(db.session, row, one.need, by)
    refusal = refusal_of_approval(situation)
    if refusal is not None:
        raise refusal
    if not situation.wants_approval:
        return _done(row)
    counts = row.awaits_approval
    note_allocations(db.session, [one])
    row.approvals, row.changed_at = row.approvals + counts, clock.now()
    row.held = row.awaits_approval and row.held
    db.session.add(row.entry("approved", row.quantity - row.delivered, by=by, reason=reason, counts=counts))
    if not row.awaits_approval:
        outbox.record(db.session, tell(AllocationApproved, one, row.quantity))
    return _done(row)


def hold(allocation: UUID, reason: str, *, by: str) -> Allocation:
    """Stop it: no payment and no delivery until somebody approves. Raises Conflict where it is over."""
    one = _lock_live(allocation)
    if not one.allocation.held:
        one.allocation.held, one.allocation.changed_at = True, clock.now()
        rest = one.allocation.quantity - one.allocation.delivered
        db.session.add(one.allocation.entry("held", rest, by=by, reason=reason))
        note_allocations(db.session, [one])
        event = tell(AllocationHeld, one, one.allocation.quantity, reason=_BY_PERSON)
        outbox.record(db.session, event)
    return _done(one.allocation)


def veto(allocation: UUID, reason: str, *, by: str) -> Allocation:
    """Refuse it for ever: this pledge is not proposed again for this household and what it needs of this category.

    Raises Conflict where it is over.
    """
    one = _lock_live(allocation)
    rest = end(one, "vetoed", _BY_PERSON)
    db.session.add(one.allocation.entry("vetoed", rest, by=by, reason=reason))
    outbox.record(db.session, tell_end(AllocationVetoed, one, rest, reason=_BY_PERSON))
    note_allocations(db.session, [one])
    # A need that was recorded anew may have the same pledge already.
    alike = find_alike(db.session, one.need)
    note_changes(db.session, [Change(one.need.market, need) for need in alike])
    return _done(one.allocation)


def note_told(allocation: UUID) -> Allocation:
    """Record that the household knows of it, once: from now on no other need takes so much away.

    Raises Conflict where it is over.
    """
    one = _lock_live(allocation)
    if one.allocation.told_at is None:
        one.allocation.told_at = one.allocation.changed_at = clock.now()
        one.need.promised = max(one.need.promised, sum_told(db.session, one.need.id))
        note(db.session, one.allocation, "told", one.allocation.quantity - one.allocation.delivered)
        note_allocations(db.session, [one])
    return _done(one.allocation)


def _lock_live(allocation: UUID) -> Locked:
    # Seen first, then locked: what the caller may not see is not there for him.
    find_allocation(db.session, allocation)
    (one,) = lock_allocations(db.session, [allocation])
    if not one.allocation.is_live:
        raise Conflict("allocation_over", "The allocation is over.", extra={"ended_as": one.allocation.stage})
    return one


def _done(allocation: Allocation) -> Allocation:
    db.session.commit()
    return find_allocation(db.session, allocation.id)

"""Recording what a donor paid or handed over."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.donations.contributions.domain import require_likely_day
from services.donations.contributions.models import Contribution
from services.donations.database import db
from services.donations.fulfilment.domain import require_payable
from services.donations.fulfilment.models import Allocation
from services.donations.fulfilment.operations import place, step
from services.donations.fulfilment.queries import get_allocation
from services.donations.pledges.models import Pledge
from services.donations.pledges.queries import lock_pledge
from services.donations.timeline.operations import note
from shared import clock, outbox
from shared.database import flush_or_refuse
from shared.errors import Conflict
from shared.events.donations import ContributionMade
from shared.ids import new_id

_CARRIED_OVER = "carried over"


def make_contribution(
    *, allocation: UUID, quantity: int, paid_on: date, reference: str, submission: UUID | None = None
) -> Contribution:
    """Record that a part of an allocation was paid; the same `submission` again is the same contribution."""
    pledge = lock_pledge(get_allocation(allocation).pledge_id)
    pledged_on = pledge.created_at.astimezone(clock.LOCAL_ZONE).date()
    require_likely_day(paid_on, pledged_on=pledged_on, today=clock.today())
    # Read again under the pledge's lock: another request may have paid meanwhile.
    found = get_allocation(allocation, fresh=True)
    sent_before = _find_submission(found.id, submission)
    if sent_before is not None:
        return sent_before
    require_payable(found.amounts, found.standing, quantity)
    found.contributed += quantity
    pledge.contributed += quantity
    contribution = Contribution(
        id=new_id(),
        stakeholder_id=pledge.stakeholder_id,
        pledge_id=pledge.id,
        allocation_id=found.id,
        quantity=quantity,
        unit=found.unit,
        paid_on=paid_on,
        reference=reference,
        submission=submission,
    )
    db.session.add(contribution)
    taken = Conflict("reference_taken", "This allocation has a contribution with this reference already.")
    flush_or_refuse(db.session, "uq_contribution_allocation_id_reference", taken)
    numbers = {"quantity": quantity, "unit": found.unit, "paid_on": paid_on.isoformat()}
    db.session.add(note(pledge, "contribution_made", allocation=found.id, **numbers, **place(found)))
    told = step(ContributionMade, found, quantity, contribution=contribution.id, paid_on=paid_on)
    outbox.record(db.session, told)
    db.session.commit()
    return contribution


def carry_over(session: Session, pledge: Pledge, allocation: Allocation) -> ContributionMade | None:
    """Pay a new allocation of a locked pledge from what it has in hand; return the event. Does not commit."""
    quantity = min(pledge.in_hand, allocation.quantity)
    if not quantity:
        return None
    pledge.in_hand -= quantity
    allocation.contributed += quantity
    # The allocation has to be there before what refers to it is written.
    session.flush()
    today = clock.today()
    contribution = Contribution(
        id=new_id(),
        stakeholder_id=pledge.stakeholder_id,
        pledge_id=pledge.id,
        allocation_id=allocation.id,
        quantity=quantity,
        carried_over=True,
        unit=allocation.unit,
        paid_on=today,
        reference=_CARRIED_OVER,
    )
    numbers = {"quantity": quantity, "unit": allocation.unit}
    entry = note(
        pledge, "contribution_carried_over", allocation=allocation.id, **numbers, **place(allocation)
    )
    session.add_all([contribution, entry])
    return step(
        ContributionMade,
        allocation,
        quantity,
        contribution=contribution.id,
        paid_on=today,
        carried_over=True,
    )


def _find_submission(allocation: UUID, submission: UUID | None) -> Contribution | None:
    if submission is None:
        return None
    found: Contribution | None = db.session.scalar(
        select(Contribution).where(
            Contribution.allocation_id == allocation, Contribution.submission == submission
        )
    )
    return found

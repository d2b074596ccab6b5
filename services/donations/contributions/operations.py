"""Recording what a donor paid or handed over."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from services.donations.contributions.models import Contribution
from services.donations.database import db
from services.donations.fulfilment.domain import require_payable
from services.donations.fulfilment.operations import place, step
from services.donations.fulfilment.queries import get_allocation
from services.donations.pledges.queries import lock_pledge
from services.donations.timeline.operations import note
from shared import clock, outbox
from shared.database import flush_or_refuse
from shared.errors import Conflict, Fault, Invalid
from shared.events.donations import ContributionMade
from shared.ids import new_id


def make_contribution(
    *, allocation: UUID, quantity: int, paid_on: date, reference: str, submission: UUID | None = None
) -> Contribution:
    """Record that a part of an allocation was paid; the same `submission` again is the same contribution."""
    if paid_on > clock.today():
        raise Invalid([Fault("/paid_on", "Must not be in the future.")])
    pledge = lock_pledge(get_allocation(allocation).pledge_id)
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


def _find_submission(allocation: UUID, submission: UUID | None) -> Contribution | None:
    if submission is None:
        return None
    found: Contribution | None = db.session.scalar(
        select(Contribution).where(
            Contribution.allocation_id == allocation, Contribution.submission == submission
        )
    )
    return found

"""Recording what a donor paid or handed over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from services.donations.contributions.domain import require_all, require_likely_day
from services.donations.contributions.models import Contribution
from services.donations.database import db
from services.donations.fulfilment.domain import require_payable
from services.donations.fulfilment.models import Allocation
from services.donations.fulfilment.operations import place, step
from services.donations.fulfilment.queries import find_payable, get_allocation
from services.donations.pledges.models import Pledge
from services.donations.pledges.queries import lock_pledge
from services.donations.timeline.operations import note
from shared import clock, outbox
from shared.database import flush_or_refuse
from shared.errors import Conflict
from shared.events.donations import ContributionMade
from shared.ids import new_id

_CARRIED_OVER = "carried over"


@dataclass(frozen=True, slots=True)
class Payment:
    """How something was paid or handed over. `submission` is the number of the form that said so."""

    paid_on: date
    reference: str
    submission: UUID | None = None


def make_contribution(*, allocation: UUID, quantity: int, payment: Payment) -> Contribution:
    """Record that a part of an allocation was paid; the same form again is the same contribution."""
    pledge = lock_pledge(get_allocation(allocation).pledge_id)
    _require_likely_day(pledge, payment)
    # Read again under the pledge's lock: another request may have paid meanwhile.
    found = get_allocation(allocation, fresh=True)
    sent_before = _find_submitted(payment, Contribution.allocation_id == found.id)
    if sent_before is not None:
        return sent_before
    require_payable(found.amounts, found.standing, quantity)
    contribution, told = _pay(pledge, found, quantity, payment)
    _commit([told])
    return contribution


def pay_all(pledge_id: UUID, quantity: int, payment: Payment) -> None:
    """Record that all that waits to be paid of a pledge was paid at once, which comes to `quantity`."""
    pledge = lock_pledge(pledge_id)
    _require_likely_day(pledge, payment)
    if _find_submitted(payment, Contribution.pledge_id == pledge.id) is not None:
        return
    payable = find_payable(pledge=pledge_id, fresh=True)
    require_all(quantity, sum(allocation.open for allocation in payable))
    _commit([_pay(pledge, allocation, allocation.open, payment)[1] for allocation in payable])


def _require_likely_day(pledge: Pledge, payment: Payment) -> None:
    pledged_on = clock.day_of(pledge.created_at)
    require_likely_day(payment.paid_on, pledged_on=pledged_on, today=clock.today())


def _pay(
    pledge: Pledge, allocation: Allocation, quantity: int, payment: Payment
) -> tuple[Contribution, ContributionMade]:
    """Add a contribution to an allocation of a locked pledge; return it, and what to tell."""
    allocation.contributed += quantity
    pledge.contributed += quantity
    contribution = Contribution(
        id=new_id(),
        stakeholder_id=pledge.stakeholder_id,
        pledge_id=pledge.id,
        allocation_id=allocation.id,
        quantity=quantity,
        unit=allocation.unit,
        paid_on=payment.paid_on,
        reference=payment.reference,
        submission=payment.submission,
    )
    numbers = {"quantity": quantity, "unit": allocation.unit, "paid_on": payment.paid_on.isoformat()}
    entry = note(pledge, "contribution_made", allocation=allocation.id, **numbers, **place(allocation))
    db.session.add_all([contribution, entry])
    told = step(ContributionMade, allocation, quantity, contribution=contribution.id, paid_on=payment.paid_on)
    return contribution, told


def _commit(told: Sequence[ContributionMade]) -> None:
    taken = Conflict("reference_taken", "This allocation has a contribution with this reference already.")
    flush_or_refuse(db.session, "uq_contribution_allocation_id_reference", taken)
    outbox.record_all(db.session, told)
    db.session.commit()


def earmark(pledge: Pledge, allocation: Allocation) -> None:
    """Set what a locked pledge has in hand aside for a new allocation of it."""
    allocation.earmarked = min(pledge.in_hand, allocation.quantity)
    pledge.in_hand -= allocation.earmarked


def carry_over(session: Session, pledge: Pledge, allocation: Allocation) -> ContributionMade | None:
    """Pay an allocation of a locked pledge from what is earmarked for it; return the event.

    Nothing while it may not be paid: what is in hand waits for the officers' word too. Does not commit.
    """
    quantity = allocation.earmarked if allocation.standing == "payable" else 0
    if not quantity:
        return None
    allocation.earmarked = 0
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


def _find_submitted(payment: Payment, whose: ColumnElement[bool]) -> Contribution | None:
    """Return what was recorded with the same form before."""
    if payment.submission is None:
        return None
    rows = select(Contribution).where(whose, Contribution.submission == payment.submission)
    found: Contribution | None = db.session.scalar(rows.limit(1))
    return found

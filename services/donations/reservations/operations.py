"""Applying what programs tells about allocations: reserve what is proposed, follow approvals and deliveries.

Everything is applied to the locked pledges of a batch, in order, and written at its end.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.donations.contributions.operations import carry_over, earmark
from services.donations.endings.operations import release
from services.donations.fulfilment.models import Allocation
from services.donations.fulfilment.operations import place, step
from services.donations.fulfilment.queries import find_granted
from services.donations.pledges.models import Pledge
from services.donations.pledges.queries import end_state
from services.donations.proposals.operations import judge, refuse
from services.donations.receipts.models import Receipt
from services.donations.receipts.operations import receipt_of
from services.donations.reservations.models import EarlyWord
from services.donations.stakeholders.queries import find_suspended
from services.donations.timeline.operations import note
from shared import outbox
from shared.errors import Conflict
from shared.events.donations import AllocationReserved
from shared.events.envelope import Received
from shared.events.event import Event
from shared.events.programs import (
    AllocationApproved,
    AllocationCancelled,
    AllocationHeld,
    AllocationProposed,
    AllocationVetoed,
    DeliveryConfirmed,
    DeliveryFailed,
)


@dataclass
class _Batch:
    """The locked pledges and the allocations that a batch is about, and what it causes."""

    session: Session
    pledges: dict[UUID, Pledge]
    allocations: dict[UUID, Allocation]
    granted: dict[tuple[UUID, UUID], int]
    # The organisations that are suspended: asked after the pledges were locked, as approving locks them too.
    suspended: set[UUID]
    early: dict[UUID, EarlyWord]
    effects: list[tuple[Event, Received | None]] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)


def apply_steps(session: Session, events: Sequence[Received]) -> None:
    """Apply what programs told about allocations, in order. Does not commit."""
    batch = _lock(session, [received.data for received in events])
    for received in events:
        _STEPS[type(received.data)](batch, received, received.data)
    # What changed is written before what is told of it: a constraint refuses the one with the other.
    session.flush()
    session.add_all(batch.receipts)
    session.flush()
    outbox.record_effects(session, batch.effects)


def _lock(session: Session, steps: Sequence[Any]) -> _Batch:
    """Lock the pledges of a batch in the order of their ids, so that two workers can't block each other."""
    pledges = session.scalars(
        select(Pledge)
        .where(Pledge.id.in_({step.pledge for step in steps}))
        .order_by(Pledge.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    allocations = session.scalars(
        select(Allocation)
        .where(Allocation.id.in_({step.allocation for step in steps}))
        .execution_options(populate_existing=True)
    ).all()
    early = session.scalars(
        select(EarlyWord)
        .where(EarlyWord.allocation.in_({step.allocation for step in steps}))
        .execution_options(populate_existing=True)
    ).all()
    capped = {pledge.id for pledge in pledges if pledge.cap_per_household is not None}
    places = {(step.pledge, step.household) for step in steps if step.pledge in capped}
    return _Batch(
        session,
        {pledge.id: pledge for pledge in pledges},
        {allocation.id: allocation for allocation in allocations},
        find_granted(session, places),
        find_suspended(session, {pledge.stakeholder_id for pledge in pledges}),
        {word.allocation: word for word in early},
    )


def _decide(batch: _Batch, received: Received, proposal: AllocationProposed) -> None:
    """Reserve what is proposed, or refuse it and say what the pledge has left."""
    if proposal.allocation in batch.allocations:
        return
    pledge = batch.pledges.get(proposal.pledge)
    if pledge is None:
        batch.effects.append((refuse(proposal, "unknown_pledge", 0), received))
        return
    early = batch.early.get(proposal.allocation)
    if early is not None and early.word == "over":
        # Programs ended it while its proposal was put aside, and waits for no answer.
        return
    place_of_grant = (pledge.id, proposal.household)
    allocation = judge(
        pledge,
        proposal,
        suspended=pledge.stakeholder_id in batch.suspended,
        granted=batch.granted.get(place_of_grant, 0),
    )
    allocation.standing, allocation.said_in = _standing(proposal, received, early)
    batch.allocations[allocation.id] = allocation
    batch.session.add(allocation)
    if allocation.why is not None:
        batch.effects.append((refuse(proposal, allocation.why, pledge.balance.free), received))
        return
    pledge.reserved += proposal.quantity
    earmark(pledge, allocation)
    batch.granted[place_of_grant] = batch.granted.get(place_of_grant, 0) + proposal.quantity
    batch.session.add(
        _told(pledge, allocation, "allocation_reserved", awaits_approval=proposal.awaits_approval)
    )
    reserved = step(AllocationReserved, allocation, allocation.quantity, left=pledge.balance.free)
    batch.effects.append((reserved, received))
    _carry_over(batch, received, allocation)


def _standing(proposal: AllocationProposed, received: Received, early: EarlyWord | None) -> tuple[str, int]:
    """Return how a proposal stands by its own word and the one that came before it, and who said so."""
    awaits = proposal.awaits_approval
    if early is None or (awaits and early.word == "held"):
        # What is on hold and awaits its approval awaits it still.
        return "awaiting_approval" if awaits else "payable", received.offset
    return early.word, early.said_in


def _approve(batch: _Batch, received: Received, _approved: AllocationApproved) -> None:
    found = _hear(batch, received, "payable")
    if found is not None and found.standing != "payable":
        found.standing = "payable"
        batch.session.add(_told(batch.pledges[found.pledge_id], found, "allocation_approved"))
        _carry_over(batch, received, found)


def _carry_over(batch: _Batch, received: Received, allocation: Allocation) -> None:
    """Pay an allocation from what is earmarked for it, once it may be paid."""
    carried = carry_over(batch.session, batch.pledges[allocation.pledge_id], allocation)
    if carried is not None:
        batch.effects.append((carried, received))


def _hold(batch: _Batch, received: Received, _held: AllocationHeld) -> None:
    """Stop what may be paid. What awaits its approval stays so: no word follows when only its hold ends."""
    found = _hear(batch, received, "held")
    if found is not None and found.standing == "payable":
        found.standing = "held"
        batch.session.add(_told(batch.pledges[found.pledge_id], found, "allocation_held"))


def _veto(batch: _Batch, received: Received, _vetoed: AllocationVetoed) -> None:
    _release_rest(batch, received, "vetoed")


def _cancel(batch: _Batch, received: Received, cancelled: AllocationCancelled) -> None:
    _release_rest(batch, received, cancelled.reason)


def _fail(batch: _Batch, received: Received, _failed: DeliveryFailed) -> None:
    _release_rest(batch, received, "failed")


def _confirm(batch: _Batch, _received: Received, confirmed: DeliveryConfirmed) -> None:
    """Count what reached the household, and write the donor's receipt."""
    allocation = batch.allocations.get(confirmed.allocation)
    if allocation is None or confirmed.quantity > allocation.amounts.undelivered:
        raise Conflict("nothing_to_deliver", "More was delivered than this pledge has set aside for it.")
    pledge = batch.pledges[allocation.pledge_id]
    allocation.delivered += confirmed.quantity
    pledge.reserved -= confirmed.quantity
    pledge.delivered += confirmed.quantity
    batch.receipts.append(receipt_of(allocation, confirmed))
    told = _told(
        pledge, allocation, "delivery_confirmed", quantity=confirmed.quantity, day=confirmed.day.isoformat()
    )
    batch.session.add(told)


def _release_rest(batch: _Batch, received: Received, why: str) -> None:
    """Give back all that has not reached the household.

    What reached it without our having heard so stays set aside, for the word of it that is still to come.
    """
    end: Any = received.data
    if (known := batch.allocations.get(end.allocation)) is not None:
        known.announced = end.delivered
    allocation = _hear(batch, received, "over")
    if allocation is None:
        return
    rest = allocation.amounts.undelivered - max(0, end.delivered - allocation.delivered)
    if rest <= 0:
        return
    pledge = batch.pledges[allocation.pledge_id]
    released = release(batch.session, pledge, allocation, rest, why)
    place_of_grant = (pledge.id, allocation.household)
    if place_of_grant in batch.granted:
        batch.granted[place_of_grant] -= rest
    batch.effects.append((released, received))
    if pledge.ended is not None:
        # What it keeps committed was told when it ended, and is less now.
        pledge.version += 1
        batch.effects.append((end_state(pledge), received))


def _hear(batch: _Batch, received: Received, word: str) -> Allocation | None:
    """Note a word on an allocation; return the allocation where the word changes something.

    It does not where a later one was heard already, nor where nothing of it is still on its way.
    That it is over is the last word, whenever it is heard.
    """
    step: Any = received.data
    found = batch.allocations.get(step.allocation)
    if found is None:
        _keep_early(batch, received, word)
        return None
    if word != "over" and received.offset < found.said_in:
        return None
    found.said_in = max(found.said_in, received.offset)
    return found if found.amounts.undelivered > 0 else None


def _keep_early(batch: _Batch, received: Received, word: str) -> None:
    """Keep a word for the proposal that it is about, unless that never comes: its pledge is not ours."""
    step: Any = received.data
    if step.pledge not in batch.pledges:
        return
    early = batch.early.get(step.allocation)
    if early is None:
        early = EarlyWord(allocation=step.allocation, word=word, said_in=received.offset)
        batch.early[step.allocation] = early
        batch.session.add(early)
    elif early.word != "over" and (word == "over" or received.offset >= early.said_in):
        early.word, early.said_in = word, received.offset


def _told(pledge: Pledge, allocation: Allocation, code: str, **data: Any) -> Any:
    numbers = {"quantity": allocation.quantity, "unit": allocation.unit} | data
    return note(pledge, code, allocation=allocation.id, **numbers, **place(allocation))


_STEPS: dict[type[Event], Callable[[_Batch, Received, Any], None]] = {
    AllocationProposed: _decide,
    AllocationApproved: _approve,
    AllocationHeld: _hold,
    AllocationVetoed: _veto,
    AllocationCancelled: _cancel,
    DeliveryConfirmed: _confirm,
    DeliveryFailed: _fail,
}

"""The handing over, as the TKSK records it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from services.programs.database import db, lock_rows
from services.programs.delivery.models import Delivery
from services.programs.delivery.queries import find_recorded
from services.programs.matching.models import Allocation
from services.programs.matching.operations import (
    Locked,
    cancel,
    cancel_unadmitted,
    end,
    find_unpaid,
    lock_allocations,
    note,
    note_allocations,
    tell,
    tell_end,
)
from services.programs.needs.operations import shut
from services.programs.registry.models import Household
from services.programs.review.queries import find_allocation
from shared import clock, outbox
from shared.errors import Conflict, Fault, Invalid
from shared.events.programs import DeliveryConfirmed, DeliveryFailed

# A phone's clock may differ from ours by so much.
_CLOCKS_DIFFER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class HandingOver:
    """What the TKSK says happened at the door. `reason` belongs to a failure."""

    allocation: UUID
    client_id: str
    quantity: int
    handed_over_at: datetime
    outcome: str
    reason: str | None = None


def record_delivery(said: HandingOver, *, by: str) -> Delivery:
    """Record a delivery or its failure; the same `client_id` of the same person twice is one.

    A failure gives back all that was not delivered. Raises NotFound, Invalid for a time that can't be,
    and Conflict where it is over, held, not approved, less is paid than is said to be handed over, or
    the `client_id` belongs to another delivery.
    """
    found = _recorded(said, by)
    if found is not None:
        return found
    allocation = find_allocation(db.session, said.allocation)
    faults = _time_faults(said.handed_over_at, allocation.created_at)
    if faults:
        raise Invalid(faults)
    household = lock_rows(db.session, Household, [allocation.household_id])[allocation.household_id]
    (one,) = lock_allocations(db.session, [said.allocation])
    # Sent twice at once: the first has been recorded while this one waited for the lock.
    found = _recorded(said, by)
    if found is not None:
        return found
    _refuse(one, said.quantity, held=household.held)
    delivery = _keep(one, said, by=by)
    note(db.session, one.allocation, said.outcome, said.quantity, reason=delivery.reason)
    if said.outcome == "delivered":
        _hand_over(one, delivery)
        _give_back_unpaid(one, household)
    else:
        _give_up(one, delivery)
    db.session.commit()
    return delivery


def _recorded(said: HandingOver, by: str) -> Delivery | None:
    found = find_recorded(db.session, by, said.client_id)
    if found is None:
        return None
    if (found.allocation_id, found.quantity, found.outcome) != (said.allocation, said.quantity, said.outcome):
        raise Conflict("client_id_used", "This client_id belongs to another delivery.")
    return found


def _time_faults(handed_over_at: datetime, made_at: datetime) -> list[Fault]:
    if handed_over_at > clock.now() + _CLOCKS_DIFFER:
        return [Fault("/handed_over_at", "Must not lie in the future.")]
    if handed_over_at < made_at - _CLOCKS_DIFFER:
        return [Fault("/handed_over_at", "Must not lie before the allocation was made.")]
    return []


def _refuse(one: Locked, quantity: int, *, held: bool) -> None:
    allocation = one.allocation
    if not allocation.is_live:
        raise Conflict("allocation_over", "The allocation is over.", extra={"ended_as": allocation.stage})
    if held or allocation.is_stopped:
        raise Conflict("held", "It is held. Hand nothing over until it is released.")
    if allocation.awaits_approval:
        raise Conflict("awaiting_approval", "It has still to be approved.")
    ready = allocation.contributed - allocation.delivered
    if quantity > ready:
        fault = Fault("/quantity", "At most %(most)s is paid and not yet handed over.", most=ready)
        raise Conflict(
            "more_than_paid", "It is more than is paid.", errors=[fault], extra={"available": ready}
        )


def _keep(one: Locked, said: HandingOver, *, by: str) -> Delivery:
    delivery = Delivery(
        client_id=said.client_id,
        allocation_id=said.allocation,
        household_id=one.allocation.household_id,
        desa=one.allocation.desa,
        quantity=said.quantity,
        outcome=said.outcome,
        reason=said.reason if said.outcome == "failed" else None,
        handed_over_at=said.handed_over_at,
        recorded_by=by,
        created_at=clock.now(),
    )
    db.session.add(delivery)
    db.session.flush()
    return delivery


def _hand_over(one: Locked, delivery: Delivery) -> None:
    allocation, need = one.allocation, one.need
    allocation.delivered += delivery.quantity
    need.delivered += delivery.quantity
    allocation.changed_at = clock.now()
    if allocation.delivered == allocation.quantity:
        allocation.stage = "delivered"
    event = tell(
        DeliveryConfirmed,
        one,
        delivery.quantity,
        delivery=delivery.id,
        day=_day_of(delivery),
    )
    outbox.record(db.session, event)
    # What was allocated before the household was verified anew counts no more to what it gets in all.
    note_allocations(db.session, [one])
    if need.delivered == need.quantity and need.closed_at is None:
        shut(db.session, need, "delivered")


def _give_back_unpaid(one: Locked, household: Household) -> None:
    """End the unpaid rest where it would no longer be allocated: only what was paid went on."""
    allocation = one.allocation
    if not allocation.is_live or allocation.is_on_its_way:
        return
    if household.status != "verified":
        cancel(db.session, [one], f"household_{household.status}")
        return
    db.session.flush()
    claims = find_unpaid(db.session, Allocation.id == allocation.id)
    cancel_unadmitted(db.session, [one], {found: claim for found, (_, claim) in claims.items()})


def _give_up(one: Locked, delivery: Delivery) -> None:
    rest = end(one, "failed", "not_handed_over")
    event = tell_end(
        DeliveryFailed,
        one,
        rest,
        delivery=delivery.id,
        day=_day_of(delivery),
        reason="not_handed_over",
    )
    outbox.record(db.session, event)
    note_allocations(db.session, [one])


def _day_of(delivery: Delivery) -> date:
    return clock.day_of(delivery.handed_over_at)

"""What happens to allocations, in whose transaction so ever. Nothing here commits.

Rows are locked in one order everywhere: households, needs, pledges, allocations, each by id. The
pledge's lock also keeps its events in order.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, select

from services.programs.database import lock_rows
from services.programs.markets.domain import Change
from services.programs.markets.operations import note_changes
from services.programs.matching.domain import LIVE, Claimed
from services.programs.matching.models import Allocation, Pledge
from services.programs.needs.models import Need
from services.programs.registry.models import Household
from shared import clock, outbox
from shared.auth.principal import acting
from shared.database import AnySession
from shared.events.event import Event
from shared.events.programs import (
    AllocationApproved,
    AllocationCancelled,
    AllocationHeld,
    AllocationVetoed,
    DeliveryFailed,
)

Step = TypeVar("Step", bound=Event)
End = TypeVar("End", AllocationCancelled, AllocationVetoed, DeliveryFailed)


@dataclass(frozen=True, slots=True)
class Locked:
    """An allocation with its need and pledge, all three locked."""

    allocation: Allocation
    need: Need
    pledge: Pledge


def lock_allocations(session: AnySession, ids: Collection[UUID]) -> list[Locked]:
    """Lock allocations, after their needs and pledges; return those there are, in order of id."""
    keys = session.execute(
        select(Allocation.need_id, Allocation.pledge_id).where(Allocation.id.in_(ids))
    ).all()
    needs = lock_rows(session, Need, {need for need, _ in keys})
    pledges = lock_rows(session, Pledge, {pledge for _, pledge in keys})
    found = lock_rows(session, Allocation, ids)
    return [Locked(row, needs[row.need_id], pledges[row.pledge_id]) for row in found.values()]


def tell(kind: type[Step], locked: Locked, quantity: int, **more: Any) -> Step:
    """Return an event of a step of the allocation, with all that its readers group by."""
    allocation, need, pledge = locked.allocation, locked.need, locked.pledge
    fields = {
        "pledge": pledge.id,
        "allocation": allocation.id,
        "need": need.id,
        "household": need.household_id,
        "desa": need.desa,
        "category": need.category,
        "stakeholder_kind": pledge.stakeholder_kind,
        "fund": pledge.fund,
        "strategy": pledge.strategy,
        "unit": need.unit,
        "item": need.item,
        "quantity": quantity,
        "value_idr": allocation.value_of(quantity),
    }
    return kind(**fields, **more)


def tell_end(kind: type[End], locked: Locked, quantity: int, **more: Any) -> End:
    """Return the event of an end of the allocation: so much is given back, and what was delivered is not."""
    return tell(kind, locked, quantity, delivered=locked.allocation.delivered, **more)


def note(session: AnySession, allocation: Allocation, step: str, quantity: int, **more: Any) -> None:
    """Write a step into the log, in the name of the caller. The allocation is locked."""
    session.add(allocation.entry(step, quantity, by=acting(), **more))


def give_back(locked: Locked, quantity: int) -> None:
    """Take a quantity away from what covers the need, back to the pledge."""
    locked.need.covered -= quantity
    locked.pledge.used -= quantity
    locked.allocation.changed_at = clock.now()


def shorten(locked: Locked, quantity: int) -> None:
    """Take a quantity off a live allocation that goes on; what is left keeps its price."""
    allocation = locked.allocation
    give_back(locked, quantity)
    allocation.value_idr -= allocation.value_of(quantity)
    allocation.quantity -= quantity


def end(locked: Locked, stage: str, reason: str) -> int:
    """End a live allocation; what was not delivered goes back. Return how much that was."""
    allocation = locked.allocation
    rest = allocation.quantity - allocation.delivered
    give_back(locked, rest)
    allocation.stage, allocation.ended_reason = stage, reason
    return rest


def cancel(session: AnySession, several: Sequence[Locked], reason: str) -> None:
    """End live, unpaid allocations because of their need, household or pledge, tell donations, and match again."""
    withdraw(session, several, reason)
    note_allocations(session, several)


def withdraw(session: AnySession, several: Sequence[Locked], reason: str) -> None:
    """End live, unpaid allocations and tell donations: the match itself, or `cancel`, does."""
    events = []
    for one in several:
        rest = end(one, "released", reason)
        note(session, one.allocation, "cancelled", rest, reason=reason)
        events.append(tell_end(AllocationCancelled, one, rest, reason=reason))
    outbox.record_all(session, events)


def note_allocations(session: AnySession, several: Iterable[Locked]) -> None:
    """Ask for what changed allocations are made of to be matched again. Call it wherever one changes."""
    note_changes(session, [Change(one.need.market, one.need.id, one.pledge.id) for one in several])


def follow_status(session: AnySession, households: Collection[UUID]) -> None:
    """Bring allocations in line with a status that their households, which the caller has locked, just got.

    Call it, before the commit, where a status is set, and only there. What is unpaid of a household
    that is not verified is cancelled. What is paid goes on after a lapse, and waits for a person where
    the household was rejected or has graduated: once somebody approves, no later step asks again.
    """
    for one, household in _lock_live(session, households):
        allocation = one.allocation
        if household.status != "verified" and not allocation.is_on_its_way:
            cancel(session, [one], f"household_{household.status}")
        elif household.status in {"rejected", "graduated"} and not allocation.held:
            allocation.held = True
            _tell_hold(session, one, f"household_{household.status}")
    check_again(session, households)


def follow_hold(session: AnySession, households: Collection[UUID]) -> None:
    """Hold the allocations of households while they are held, and let them go on once they are released.

    Call it, before the commit, where a hold is set or lifted. The caller has locked the households.
    """
    for one, household in _lock_live(session, households):
        allocation = one.allocation
        if household.held and not allocation.household_held:
            allocation.household_held = True
            _tell_hold(session, one, "household_held")
        elif not household.held and allocation.household_held:
            allocation.household_held = False
            allocation.changed_at = clock.now()
            note(session, allocation, "resumed", allocation.quantity - allocation.delivered)
            note_allocations(session, [one])
            if not allocation.held and not allocation.awaits_approval:
                outbox.record(session, tell(AllocationApproved, one, allocation.quantity))
    check_again(session, households)


def check_again(session: AnySession, households: Collection[UUID]) -> None:
    """Cancel what is unpaid and no longer admitted by its pledge's rule, and settle the markets again.

    Call it, before the commit, after every change of what rules or the order look at: a household's
    village, decile, attributes or score. The caller has locked the households. One on hold is left
    alone: releasing it calls this again.
    """
    session.flush()
    claims = {
        allocation: claim
        for allocation, (pledge, claim) in find_unpaid(
            session, Allocation.household_id.in_(households)
        ).items()
        if not pledge.rule().admits(claim)
    }
    cancel_unadmitted(session, lock_allocations(session, list(claims)), claims)
    theirs = select(Need.market, Need.id).where(Need.household_id.in_(households), Need.closed_at.is_(None))
    note_changes(session, [Change(*row) for row in session.execute(theirs)])


def find_unpaid(session: AnySession, condition: ColumnElement[bool]) -> dict[UUID, tuple[Pledge, Claimed]]:
    """Return the pledge, and what its rule looks at, of each unpaid allocation that fits the condition.

    Those of a household on hold are left out: releasing it checks them again.
    """
    rows = session.execute(
        select(Allocation.id, Pledge, Need.category, Household)
        .join(Pledge, Pledge.id == Allocation.pledge_id)
        .join(Need, Need.id == Allocation.need_id)
        .join(Household, Household.id == Allocation.household_id)
        .where(
            condition,
            Allocation.stage.in_(LIVE),
            Allocation.contributed <= Allocation.delivered,
            Household.held.is_(False),
        )
    )
    return {
        allocation: (
            pledge,
            Claimed(category, household.desa, household.decile, frozenset(household.attributes)),
        )
        for allocation, pledge, category, household in rows
    }


def cancel_unadmitted(session: AnySession, several: Iterable[Locked], claims: Mapping[UUID, Claimed]) -> None:
    """Cancel, of locked allocations, what is unpaid and no longer admitted by its pledge's rule."""
    ended = [
        one
        for one in several
        if one.allocation.is_live
        and not one.allocation.is_on_its_way
        and not one.pledge.rule().admits(claims[one.allocation.id])
    ]
    cancel(session, ended, "no_longer_admitted")


def _lock_live(session: AnySession, households: Collection[UUID]) -> list[tuple[Locked, Household]]:
    """Lock the live allocations of households that the caller has locked and changed."""
    session.flush()
    rows = session.execute(
        select(Allocation.id, Household)
        .join(Household, Household.id == Allocation.household_id)
        .where(Allocation.household_id.in_(households), Allocation.stage.in_(LIVE))
    )
    household_of = {row[0]: row[1] for row in rows}
    locked = lock_allocations(session, household_of.keys())
    return [(one, household_of[one.allocation.id]) for one in locked if one.allocation.is_live]


def _tell_hold(session: AnySession, one: Locked, reason: str) -> None:
    allocation = one.allocation
    allocation.changed_at = clock.now()
    note(session, allocation, "stopped", allocation.quantity - allocation.delivered, reason=reason)
    outbox.record(session, tell(AllocationHeld, one, allocation.quantity, reason=reason))
    note_allocations(session, [one])

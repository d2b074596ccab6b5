"""Reads of allocations for people."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from services.programs.matching.domain import LIVE
from services.programs.matching.models import Allocation, AllocationEntry, Pledge
from services.programs.needs.models import Need
from services.programs.registry.models import Household
from services.programs.review.domain import Situation
from shared import clock
from shared.database import AnySession
from shared.errors import NotFound

OF_LATE = timedelta(days=30)


def find_allocation(session: AnySession, allocation: UUID) -> Allocation:
    """Return an allocation that the caller may see, with its need; raise NotFound otherwise."""
    found = session.scalars(list_allocations().where(Allocation.id == allocation)).one_or_none()
    if found is None:
        raise NotFound("allocation")
    return found


def list_allocations(
    *, need: UUID | None = None, pledge: UUID | None = None, status: str | None = None
) -> Select[Allocation]:
    """Return the selection of allocations that fit the filters, each with its need."""
    conditions: list[ColumnElement[bool]] = []
    if need is not None:
        conditions.append(Allocation.need_id == need)
    if pledge is not None:
        conditions.append(Allocation.pledge_id == pledge)
    if status is not None:
        conditions.append(Allocation.status == status)
    return select(Allocation).where(*conditions).options(joinedload(Allocation.need, innerjoin=True))


def waits_for_word() -> ColumnElement[bool]:
    """Return the condition that an allocation goes no further until a person approves it."""
    return and_(Allocation.stage.in_(LIVE), ~_stopped(), Allocation.approvals < Allocation.approvals_needed)


def is_held() -> ColumnElement[bool]:
    """Return the condition that an allocation is on hold."""
    return and_(Allocation.stage.in_(LIVE), _stopped())


def failed_of_late() -> ColumnElement[bool]:
    """Return the condition that the last of an allocation could not be handed over, not long ago."""
    return and_(Allocation.stage == "failed", Allocation.changed_at > clock.now() - OF_LATE)


def _stopped() -> ColumnElement[bool]:
    return or_(Allocation.held.is_(True), Allocation.household_held.is_(True))


def waits_for(person: str) -> ColumnElement[bool]:
    """Return the condition that an allocation goes no further until somebody like this person approves it."""
    recorded = select(Need.id).where(Need.id == Allocation.need_id, Need.recorded_by == person)
    return and_(waits_for_word(), ~_approved_by(person).exists(), ~recorded.exists())


def _approved_by(person: str) -> Select[int]:
    """Return the selection of the decisions by which a person's approval of an allocation counts."""
    return select(AllocationEntry.seq).where(
        AllocationEntry.allocation_id == Allocation.id,
        AllocationEntry.step == "approved",
        AllocationEntry.by == person,
        AllocationEntry.counts,
    )


def find_next(session: AnySession, person: str, *, after: UUID) -> UUID | None:
    """Return the next allocation that waits for this person, the first one behind the last; None for none."""
    waiting = select(Allocation.id).where(waits_for(person), Allocation.id != after)
    return session.scalar(waiting.order_by(Allocation.id <= after, Allocation.id).limit(1))


def situation_of(session: AnySession, allocation: Allocation, need: Need, person: str) -> Situation:
    """Return how an allocation stands for a person who may decide on it."""
    said = select(_approved_by(person).exists()).where(Allocation.id == allocation.id)
    return Situation(
        live=allocation.is_live,
        held=allocation.held,
        household_held=allocation.household_held,
        approvals=allocation.approvals,
        approvals_needed=allocation.approvals_needed,
        recorded_by_officer=need.recorded_by == person,
        approved_by_officer=bool(session.scalar(said)),
    )


def sum_told(session: AnySession, need: UUID) -> int:
    """Return how much of what a need has its household was told of."""
    session.flush()
    told = (Allocation.need_id == need, Allocation.told_at.is_not(None))
    return int(session.scalar(select(func.sum(Allocation.holding)).where(*told)) or 0)


def count_allocations(session: AnySession, condition: ColumnElement[bool]) -> int:
    """Return how many allocations of the caller's area fit a condition."""
    return session.scalar(select(func.count(Allocation.id)).where(condition)) or 0


def list_entries(session: AnySession, allocation: UUID) -> list[AllocationEntry]:
    """Return what was decided of an allocation and came of it, in order."""
    wanted = select(AllocationEntry).where(AllocationEntry.allocation_id == allocation)
    return list(session.scalars(wanted.order_by(AllocationEntry.seq)))


def find_pledge(session: AnySession, pledge: UUID) -> Pledge:
    """Return our copy of a pledge."""
    return session.get_one(Pledge, pledge)


def find_score_parts(session: AnySession, allocation: Allocation) -> dict[str, int]:
    """Return what gives how many points of its household's vulnerability score, as it is now."""
    return session.get_one(Household, allocation.household_id).score_parts

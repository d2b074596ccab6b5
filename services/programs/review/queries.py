"""Reads of allocations for people."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from services.programs.matching.domain import LIVE, Claimed
from services.programs.matching.models import Allocation, AllocationDecision, Pledge
from services.programs.registry.models import Household
from shared.database import AnySession
from shared.errors import NotFound


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


def _stopped() -> ColumnElement[bool]:
    return or_(Allocation.held.is_(True), Allocation.household_held.is_(True))


def count_allocations(session: AnySession, condition: ColumnElement[bool]) -> int:
    """Return how many allocations of the caller's area fit a condition."""
    return session.scalar(select(func.count(Allocation.id)).where(condition)) or 0


def list_decisions(session: AnySession, allocation: UUID) -> list[AllocationDecision]:
    """Return what people said to an allocation, in order."""
    return list(
        session.scalars(
            select(AllocationDecision)
            .where(AllocationDecision.allocation_id == allocation)
            .order_by(AllocationDecision.id)
        )
    )


def find_pledge(session: AnySession, pledge: UUID) -> Pledge:
    """Return our copy of a pledge."""
    return session.get_one(Pledge, pledge)


def list_alternatives(session: AnySession, allocation: Allocation, most: int = 10) -> list[Pledge]:
    """Return other open pledges that admit the need and have something free, the soonest to expire first."""
    household = session.get_one(Household, allocation.household_id)
    claim = Claimed(
        allocation.need.category, household.desa, household.decile, frozenset(household.attributes)
    )
    rows = session.scalars(
        select(Pledge)
        .where(Pledge.market == allocation.need.market, Pledge.id != allocation.pledge_id, Pledge.free > 0)
        .order_by(Pledge.expires_on.asc().nulls_last(), Pledge.id)
    )
    return [pledge for pledge in rows if pledge.rule().admits(claim)][:most]

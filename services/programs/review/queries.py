"""Reads of allocations for people."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, joinedload, scoped_session

from services.programs.matching.domain import LIVE
from services.programs.matching.models import Allocation, AllocationDecision, Pledge
from shared.errors import NotFound

AnySession = Session | scoped_session[Any]


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


def list_to_look_at(*, held: bool = False) -> Select[Allocation]:
    """Return the selection of live allocations that wait for a person's word, or are held."""
    stopped = Allocation.held.is_(True) | Allocation.household_held.is_(True)
    waiting = (Allocation.approvals < Allocation.approvals_needed) & ~stopped
    return list_allocations().where(Allocation.stage.in_(LIVE), stopped if held else waiting)


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
    """Return other open pledges of the market with something free, for a person to compare."""
    rows = session.scalars(
        select(Pledge)
        .where(Pledge.market == allocation.need.market, Pledge.id != allocation.pledge_id, Pledge.free > 0)
        .order_by(Pledge.expires_on.asc().nulls_last(), Pledge.id)
        .limit(most)
    )
    return list(rows)

"""Reads of allocations."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from services.donations.database import db
from services.donations.fulfilment.models import Allocation
from services.donations.pledges.domain import Waiting
from shared.database import get_visible


def select_allocations(*, pledge: UUID | None = None, status: str | None = None) -> Select[Any]:
    """Return the statement of the allocations that the caller may see."""
    rows = select(Allocation)
    if pledge is not None:
        rows = rows.where(Allocation.pledge_id == pledge)
    return rows if status is None else rows.where(Allocation.status == status)


def get_allocation(allocation: UUID, *, fresh: bool = False) -> Allocation:
    """Return an allocation of the caller's; raise NotFound. `fresh` reads it from the database again."""
    return get_visible(db.session, Allocation, allocation, fresh=fresh)


def find_payable(
    *, pledge: UUID | None = None, limit: int | None = None, fresh: bool = False
) -> list[Allocation]:
    """Return the caller's allocations that wait to be paid or handed over, the oldest first."""
    rows = (
        select_allocations(pledge=pledge)
        .where(Allocation.unpaid > 0, Allocation.standing == "payable")
        .order_by(Allocation.arrival)
        .limit(limit)
    )
    return list(db.session.scalars(rows.execution_options(populate_existing=fresh)))


def find_waiting(pledges: Collection[UUID]) -> dict[UUID, Waiting]:
    """Return what of each of these pledges is set aside and waits, and for whom."""
    found: dict[UUID, dict[str, int]] = {pledge: {} for pledge in pledges}
    rows = db.session.execute(
        select(
            Allocation.pledge_id,
            Allocation.standing,
            func.sum(Allocation.unpaid),
            func.sum(func.greatest(0, Allocation.contributed - Allocation.delivered)),
        )
        .where(Allocation.pledge_id.in_(pledges), Allocation.quantity > Allocation.released)
        .group_by(Allocation.pledge_id, Allocation.standing)
    )
    for pledge, standing, unpaid, on_its_way in rows:
        found[pledge][standing] = int(unpaid)
        found[pledge]["on_its_way"] = found[pledge].get("on_its_way", 0) + int(on_its_way)
    return {pledge: Waiting(**waits) for pledge, waits in found.items()}


def find_granted(session: Session, places: Collection[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], int]:
    """Return what each (pledge, household) has been granted and kept so far."""
    if not places:
        return {}
    place = (Allocation.pledge_id, Allocation.household)
    rows = session.execute(
        select(*place, func.sum(Allocation.quantity - Allocation.released))
        .where(tuple_(*place).in_(sorted(places)))
        .group_by(*place)
    )
    return {(pledge, household): int(granted) for pledge, household, granted in rows}

"""Closing a need, and what is allocated to it."""

from uuid import UUID

from sqlalchemy import select

from services.programs.database import db
from services.programs.matching.domain import LIVE
from services.programs.matching.models import Allocation
from services.programs.matching.operations import Locked, cancel, lock_allocations
from services.programs.needs.models import Need
from services.programs.needs.operations import lock_need, shut
from shared.errors import Conflict


def close_need(need: UUID, note: str, *, by: str) -> Need:
    """Close a need that is met otherwise, or was never one; what is not paid goes to others.

    Raises Conflict where it is closed, or where something paid for is still on its way.
    """
    found = lock_need(need)
    live = _lock_live_allocations(found)
    if any(one.allocation.is_on_its_way for one in live):
        raise Conflict(
            "paid_on_its_way",
            "Something that a donor has paid is on its way. Record its delivery, or refuse it, first.",
        )
    cancel(db.session, live, "need_closed")
    found.closed_note, found.closed_by = note, by
    shut(db.session, found, "closed_by_person")
    db.session.commit()
    return found


def _lock_live_allocations(need: Need) -> list[Locked]:
    ids = db.session.scalars(
        select(Allocation.id).where(Allocation.need_id == need.id, Allocation.stage.in_(LIVE))
    ).all()
    return [one for one in lock_allocations(db.session, ids) if one.allocation.is_live]

"""Reads of pledges."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from services.donations.database import db
from services.donations.pledges.models import Pledge
from shared.errors import NotFound


def select_pledges(
    *, status: str | None = None, stakeholder: UUID | None = None, reference: str | None = None
) -> Select[Any]:
    """Return the statement of the pledges that the caller may see."""
    rows = select(Pledge)
    if status is not None:
        rows = rows.where(Pledge.status == status)
    if stakeholder is not None:
        rows = rows.where(Pledge.stakeholder_id == stakeholder)
    if reference is not None:
        rows = rows.where(Pledge.reference == reference)
    return rows


def get_pledge(pledge: UUID) -> Pledge:
    """Return a pledge of the caller's; raise NotFound."""
    found: Pledge | None = db.session.scalar(select(Pledge).where(Pledge.id == pledge))
    if found is None:
        raise NotFound("pledge")
    return found


def lock_pledge(pledge: UUID) -> Pledge:
    """Return a pledge of the caller's, locked until the transaction ends; raise NotFound."""
    found: Pledge | None = db.session.scalar(
        select(Pledge).where(Pledge.id == pledge).with_for_update().execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("pledge")
    return found

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


def find_latest_pledges(*, status: str | None, before: UUID | None, limit: int) -> list[Pledge]:
    """Return the caller's pledges, the newest first, older than one where it is named."""
    rows = select_pledges(status=status).order_by(Pledge.id.desc()).limit(limit)
    if before is not None:
        rows = rows.where(Pledge.id < before)
    return list(db.session.scalars(rows))


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


def find_submitted(submission: UUID | None) -> Pledge | None:
    """Return the caller's pledge that was made with a form of this number."""
    if submission is None:
        return None
    found: Pledge | None = db.session.scalar(select(Pledge).where(Pledge.submission == submission))
    return found

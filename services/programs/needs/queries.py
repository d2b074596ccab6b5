"""Reads of needs."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, select

from services.programs.needs.models import Need
from shared.auth.visibility import lies_in
from shared.database import AnySession, get_visible


def find_need(session: AnySession, need: UUID) -> Need:
    """Return a need that the caller may see; raise NotFound otherwise."""
    return get_visible(session, Need, need)


def find_alike(session: AnySession, need: Need) -> list[UUID]:
    """Return the open needs of the same household and kind in the same market."""
    alike = select(Need.id).where(
        Need.household_id == need.household_id,
        Need.category == need.category,
        Need.market == need.market,
        Need.closed_at.is_(None),
    )
    return list(session.scalars(alike))


def list_needs(
    *,
    status: str | None = None,
    area: str | None = None,
    category: str | None = None,
    household: UUID | None = None,
) -> Select[Need]:
    """Return the selection of needs that fit the filters."""
    conditions: list[ColumnElement[bool]] = []
    if status is not None:
        conditions.append(Need.status == status)
    if area is not None:
        conditions.append(lies_in(Need.desa, area))
    if category is not None:
        conditions.append(Need.category == category)
    if household is not None:
        conditions.append(Need.household_id == household)
    return select(Need).where(*conditions)

"""Reads of needs."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select

from services.programs.needs.models import Need
from shared.database import AnySession
from shared.errors import NotFound


def find_need(session: AnySession, need: UUID) -> Need:
    """Return a need that the caller may see; raise NotFound otherwise."""
    found = session.scalars(select(Need).where(Need.id == need)).one_or_none()
    if found is None:
        raise NotFound("need")
    return found


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
        conditions.append(inside(area))
    if category is not None:
        conditions.append(Need.category == category)
    if household is not None:
        conditions.append(Need.household_id == household)
    return select(Need).where(*conditions)


def inside(area: str) -> ColumnElement[bool]:
    """Return the condition that a need's village is, or lies in, the area."""
    return or_(Need.desa == area, Need.desa.like(f"{area}.%"))

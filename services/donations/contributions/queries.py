"""Reads of contributions."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from services.donations.contributions.models import Contribution


def select_contributions(*, pledge: UUID | None = None, allocation: UUID | None = None) -> Select[Any]:
    """Return the statement of the contributions that the caller may see."""
    rows = select(Contribution)
    if pledge is not None:
        rows = rows.where(Contribution.pledge_id == pledge)
    return rows if allocation is None else rows.where(Contribution.allocation_id == allocation)

"""Reads of receipts."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from services.donations.receipts.models import Receipt


def select_receipts(*, pledge: UUID | None = None, allocation: UUID | None = None) -> Select[Any]:
    """Return the statement of the receipts that the caller may see."""
    rows = select(Receipt)
    if pledge is not None:
        rows = rows.where(Receipt.pledge_id == pledge)
    return rows if allocation is None else rows.where(Receipt.allocation_id == allocation)

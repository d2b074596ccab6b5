"""Reads of timelines."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from services.donations.timeline.models import TimelineEntry


def select_timeline(pledge: UUID) -> Select[Any]:
    """Return the statement of what happened to a pledge."""
    return select(TimelineEntry).where(TimelineEntry.pledge_id == pledge)

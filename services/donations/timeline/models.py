"""The table of what happened to pledges."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.donations.database import Model
from services.donations.timeline.domain import told_why
from shared import clock
from shared.auth.visibility import OwnedByStakeholder
from shared.ids import new_id


class TimelineEntry(OwnedByStakeholder, Model):
    """One thing that happened. The order of ids is the order of happening, as the pledge was locked."""

    __table_args__ = (Index("ix_timeline_entry_pledge_id_id", "pledge_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=clock.now)
    stakeholder_id: Mapped[UUID] = mapped_column(ForeignKey("stakeholder.id"), index=False)
    pledge_id: Mapped[UUID] = mapped_column(ForeignKey("pledge.id"))
    allocation_id: Mapped[UUID | None]
    code: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)

    @property
    def told(self) -> dict[str, Any]:
        """Return what is said of it, as a donor is told: of a hold not why, which is the officer's own.

        Old entries have it; it is no longer kept.
        """
        if self.code == "allocation_held":
            return {name: said for name, said in self.data.items() if name != "why"}
        return self.data | {"why": told_why(self.data["why"])} if "why" in self.data else self.data

"""Visits that are being filled in. What was answered at the door is kept encrypted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.programs.database import Model
from services.programs.registry.models import OfHousehold, follows_household
from shared.ids import new_id


class VisitDraft(OfHousehold, Model):
    """What one person has answered of a visit so far; gone once the visit is recorded."""

    __tablename__ = "visit_draft"
    __table_args__ = (follows_household(), UniqueConstraint("visit_id", "person"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"))
    person: Mapped[str] = mapped_column(String(100))
    answers: Mapped[bytes]
    saved_at: Mapped[datetime] = mapped_column(index=True)

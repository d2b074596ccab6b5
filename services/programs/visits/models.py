"""Visits. What was answered at the door stays here; events carry the outcome."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.programs.database import Model
from services.programs.registry.models import OfHousehold, follows_household
from shared.ids import new_id


class Visit(OfHousehold, Model):
    """A look at a household at its door. A household has one open visit at a time."""

    __tablename__ = "visit"
    __table_args__ = (
        follows_household(),
        CheckConstraint("status IN ('assigned', 'completed')", "status"),
        CheckConstraint("outcome IN ('found', 'not_found', 'moved', 'deceased')", "outcome"),
        CheckConstraint(
            "(status = 'completed') = (outcome IS NOT NULL AND visited_at IS NOT NULL"
            " AND visited_by IS NOT NULL AND client_id IS NOT NULL AND completed_at IS NOT NULL)",
            "completed",
        ),
        Index("uq_visit_open", "household_id", unique=True, postgresql_where=text("status = 'assigned'")),
        Index(None, "status", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    status: Mapped[str] = mapped_column(String(10), default="assigned")
    assigned_by: Mapped[str] = mapped_column(String(100))
    due_on: Mapped[date | None]
    created_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    client_id: Mapped[str | None] = mapped_column(String(100), unique=True)
    visited_by: Mapped[str | None] = mapped_column(String(100))
    visited_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(10))
    form_version: Mapped[str | None] = mapped_column(String(10))
    # Sealed: what somebody says of his household is as personal as its name.
    answers: Mapped[bytes | None]
    needs_recorded: Mapped[int] = mapped_column(default=0)


class VisitDraft(OfHousehold, Model):
    """What one person has answered of a visit so far; gone once the visit is recorded."""

    __tablename__ = "visit_draft"
    __table_args__ = (follows_household(), UniqueConstraint("visit_id", "person"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"))
    person: Mapped[str] = mapped_column(String(100))
    answers: Mapped[bytes]
    saved_at: Mapped[datetime] = mapped_column(index=True)

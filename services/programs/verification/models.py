"""Decisions and holds. Free text stays here; events carry codes."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from services.programs.database import Model
from services.programs.registry.models import OfHousehold, follows_household
from shared.ids import new_id


class Decision(OfHousehold, Model):
    """What a second person made of a visit. Each visit is decided once."""

    __tablename__ = "decision"
    __table_args__ = (
        follows_household(),
        CheckConstraint("decision IN ('verify', 'reject', 'graduate')", "decision"),
        CheckConstraint("(decision = 'verify') = (valid_until IS NOT NULL)", "valid_until"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"), unique=True)
    decision: Mapped[str] = mapped_column(String(10))
    code: Mapped[str] = mapped_column(String(30))
    reason: Mapped[str] = mapped_column(String(1000))
    valid_until: Mapped[date | None]
    decided_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]


class Hold(OfHousehold, Model):
    """A person's stop of everything automatic for a household, until a person lifts it."""

    __tablename__ = "hold"
    __table_args__ = (
        follows_household(),
        CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", "released"),
        Index("uq_hold_open", "household_id", unique=True, postgresql_where=text("released_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(30))
    reason: Mapped[str] = mapped_column(String(1000))
    held_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]
    released_by: Mapped[str | None] = mapped_column(String(100))
    released_at: Mapped[datetime | None]
    release_reason: Mapped[str | None] = mapped_column(String(1000))

"""Needs: what a household lacks, in exactly one market, and how much of it is covered."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from services.programs.database import Model
from services.programs.registry.models import OfHousehold, follows_household
from shared.ids import new_id

_STATUS = (
    "CASE WHEN closed_at IS NOT NULL THEN 'closed' WHEN covered >= quantity THEN 'covered' ELSE 'open' END"
)


class Need(OfHousehold, Model):
    """Something a household lacks. `covered` is allocated or delivered, `delivered` is part of it.

    `promised` is what the household was told that it gets: no other need takes that away. `recorded_by`
    is who entered it and may not approve what it is given; `moved_from` is the need in goods whose open
    part this one took over.
    """

    __tablename__ = "need"
    __table_args__ = (
        follows_household(),
        CheckConstraint("quantity >= 1", "quantity"),
        CheckConstraint("value_idr >= 0", "value_idr"),
        CheckConstraint("covered BETWEEN 0 AND quantity", "covered"),
        CheckConstraint("delivered BETWEEN 0 AND covered", "delivered"),
        CheckConstraint("promised >= 0", "promised"),
        CheckConstraint("urgency BETWEEN 1 AND 5", "urgency"),
        CheckConstraint("(closed_at IS NULL) = (closed_reason IS NULL)", "closed"),
        # Two clicks, or two people, must not make the same need twice.
        Index(
            "uq_need_open",
            "household_id",
            "category",
            "market",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_need_unmet",
            "market",
            postgresql_where=text("closed_at IS NULL AND covered < quantity"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    category: Mapped[str] = mapped_column(String(20))
    item: Mapped[str | None] = mapped_column(String(64))
    unit: Mapped[str] = mapped_column(String(32))
    market: Mapped[str] = mapped_column(String(97))
    quantity: Mapped[int] = mapped_column(BigInteger)
    value_idr: Mapped[int] = mapped_column(BigInteger)
    urgency: Mapped[int]
    indivisible: Mapped[bool]
    covered: Mapped[int] = mapped_column(BigInteger, default=0)
    delivered: Mapped[int] = mapped_column(BigInteger, default=0)
    promised: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    status: Mapped[str] = mapped_column(String(7), Computed(_STATUS, persisted=True))
    recorded_by: Mapped[str] = mapped_column(String(100))
    moved_from: Mapped[UUID | None] = mapped_column(ForeignKey("need.id"))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_reason: Mapped[str | None] = mapped_column(String(64))
    closed_note: Mapped[str | None] = mapped_column(String(500))
    closed_by: Mapped[str | None] = mapped_column(String(100))

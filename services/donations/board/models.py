"""What this service knows of needs and of what is short, from the events of programs."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.donations.database import Model
from shared.gaps import GapCopy


def _offset() -> Mapped[int]:
    return mapped_column(BigInteger, server_default="-1")


class BoardHousehold(Model):
    """Where a household lives, and whether a pledge may reach it now. Its id is opaque.

    Of each, the offset of the event that said so: one that was told before it changes nothing.
    """

    id: Mapped[UUID] = mapped_column(primary_key=True)
    desa: Mapped[str] = mapped_column(String(13))
    verified: Mapped[bool] = mapped_column(default=False)
    held: Mapped[bool] = mapped_column(default=False)
    desa_in: Mapped[int] = _offset()
    verified_in: Mapped[int] = _offset()
    held_in: Mapped[int] = _offset()


class BoardNeed(Model):
    """What a household lacks. Quantity 0: heard of by its closing, not yet recorded."""

    __table_args__ = (
        CheckConstraint("quantity >= 1 OR closed AND quantity = 0", name="quantity"),
        Index("ix_board_need_open", "household", postgresql_where="NOT closed"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    household: Mapped[UUID]
    category: Mapped[str] = mapped_column(String(20))
    unit: Mapped[str] = mapped_column(String(32))
    item: Mapped[str | None] = mapped_column(String(64))
    quantity: Mapped[int] = mapped_column(BigInteger)
    value_idr: Mapped[int] = mapped_column(BigInteger)
    closed: Mapped[bool] = mapped_column(default=False)
    recorded_in: Mapped[int] = _offset()
    closed_in: Mapped[int] = _offset()


class ToldGap(GapCopy, Model):
    """What is short of one kind, as programs told it last."""

    __tablename__ = "gap"

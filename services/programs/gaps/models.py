"""What was told of gaps."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.programs.database import Model
from shared.ids import new_id


class GapTold(Model):
    """What the others were told last of a kind of need, so that they are told again once it is otherwise."""

    __tablename__ = "gap_told"
    __table_args__ = (Index("uq_gap_told_kind", "category", "market", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    category: Mapped[str] = mapped_column(String(20))
    market: Mapped[str] = mapped_column(String(97))
    item: Mapped[str | None] = mapped_column(String(64))
    unit: Mapped[str] = mapped_column(String(32))
    price_idr: Mapped[int] = mapped_column(BigInteger)
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    told_at: Mapped[datetime]

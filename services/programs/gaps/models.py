"""What was told of gaps."""

from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.programs.database import Model
from shared.gaps import GapRow
from shared.ids import new_id


class GapTold(GapRow, Model):
    """What everyone was told last of a kind of need, so that it is told again once it is otherwise."""

    __tablename__ = "gap_told"
    __table_args__ = (Index("uq_gap_told_kind", "category", "market", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    market: Mapped[str] = mapped_column(String(97))

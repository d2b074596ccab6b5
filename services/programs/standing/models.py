"""What the order of needs looks at that is no property of a need."""

from datetime import date

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from services.programs.database import Model


class VillageShare(Model):
    """How much of what verified households of a village need was paid for as a day began, in thousandths of its value.

    Where the policy is fair between villages, the lowest goes first within a tier. It is kept for the day, so that the
    order of needs stays the same for as long; and it counts what is paid, because a share of what is only proposed
    would give a village today what it takes from it tomorrow.
    """

    __tablename__ = "village_share"
    __table_args__ = (CheckConstraint("share BETWEEN 0 AND 1000", "share"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    desa: Mapped[str] = mapped_column(String(13), primary_key=True)
    share: Mapped[int]

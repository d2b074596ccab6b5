"""The table of receipts."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.donations.database import Model
from shared import clock
from shared.areas import subdistrict_of
from shared.auth.visibility import OwnedInArea
from shared.ids import new_id


class Receipt(OwnedInArea, Model):
    """The confirmation that something reached a household, without saying which."""

    __table_args__ = (
        CheckConstraint("quantity >= 1", name="quantity"),
        Index("ix_receipt_stakeholder_id_id", "stakeholder_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=clock.now)
    serial: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    stakeholder_id: Mapped[UUID] = mapped_column(ForeignKey("stakeholder.id"))
    pledge_id: Mapped[UUID] = mapped_column(ForeignKey("pledge.id"), index=True)
    allocation_id: Mapped[UUID] = mapped_column(ForeignKey("allocation.id"), index=True)
    delivery: Mapped[UUID] = mapped_column(unique=True)
    quantity: Mapped[int] = mapped_column(BigInteger)
    unit: Mapped[str] = mapped_column(String(32))
    item: Mapped[str | None] = mapped_column(String(64))
    category: Mapped[str] = mapped_column(String(20))
    desa: Mapped[str] = mapped_column(String(13))
    day: Mapped[date]

    @property
    def area(self) -> str:
        """Return the sub-district, which is all that a donor is told of where it went."""
        return subdistrict_of(self.desa)

    @property
    def number(self) -> str:
        """Return the number that stands on the receipt."""
        return f"HLX-{self.day:%Y}-{self.serial:06d}"

"""What was handed over at the door, or could not be."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.programs.database import Model
from services.programs.registry.models import OfHousehold, follows_household
from shared.ids import new_id


class Delivery(OfHousehold, Model):
    """One handing over of an allocation. `client_id` is the phone's own number for it."""

    __tablename__ = "delivery"
    __table_args__ = (
        follows_household(),
        # A phone that sends again after a lost answer makes no second delivery.
        UniqueConstraint("recorded_by", "client_id"),
        CheckConstraint("quantity >= 1", "quantity"),
        CheckConstraint("outcome IN ('delivered', 'failed')", "outcome"),
        CheckConstraint("(outcome = 'failed') = (reason IS NOT NULL)", "reason"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    client_id: Mapped[str] = mapped_column(String(64))
    allocation_id: Mapped[UUID] = mapped_column(ForeignKey("allocation.id"), index=True)
    quantity: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(500))
    handed_over_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]

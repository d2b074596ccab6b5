"""The table of contributions."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.donations.database import Model
from shared import clock
from shared.auth.visibility import OwnedByStakeholder
from shared.ids import new_id


class Contribution(OwnedByStakeholder, Model):
    """What a donor paid or handed over for an allocation. One reference pays an allocation once.

    `released` of it was given back to the pledge with its allocation. What was `carried_over` was
    paid before, for another allocation that came to nothing: it is no new payment of the donor.
    """

    __table_args__ = (
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("released BETWEEN 0 AND quantity", name="released"),
        UniqueConstraint("allocation_id", "reference"),
        UniqueConstraint("allocation_id", "submission"),
        Index("ix_contribution_stakeholder_id_id", "stakeholder_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=clock.now)
    stakeholder_id: Mapped[UUID] = mapped_column(ForeignKey("stakeholder.id"))
    pledge_id: Mapped[UUID] = mapped_column(ForeignKey("pledge.id"), index=True)
    allocation_id: Mapped[UUID] = mapped_column(ForeignKey("allocation.id"))
    quantity: Mapped[int] = mapped_column(BigInteger)
    released: Mapped[int] = mapped_column(BigInteger, default=0)
    carried_over: Mapped[bool] = mapped_column(default=False)
    unit: Mapped[str] = mapped_column(String(32))
    paid_on: Mapped[date]
    reference: Mapped[str] = mapped_column(String(200))
    # The number of the form it was sent with: a form sent twice is one contribution.
    submission: Mapped[UUID | None]

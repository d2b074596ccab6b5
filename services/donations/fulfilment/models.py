"""The table of allocations."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    String,
    case,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from services.donations.database import Model
from services.donations.fulfilment.domain import Amounts, status_of
from services.donations.timeline.domain import told_why
from shared import clock
from shared.areas import subdistrict_of
from shared.auth.visibility import OwnedInArea
from shared.disclosure import is_small

# What a donor is told of why something was matched.
_TOLD = {"rank", "of", "tier", "decile", "urgency", "admitted_by", "alternatives", "policy_version"}


class Allocation(OwnedInArea, Model):
    """A part of one pledge set aside for one need. Its household is an opaque id and is never shown."""

    __table_args__ = (
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("earmarked >= 0", name="earmarked"),
        CheckConstraint("contributed >= 0 AND delivered >= 0 AND released >= 0", name="not_negative"),
        CheckConstraint("delivered + released <= quantity", name="not_overdrawn"),
        CheckConstraint("contributed + earmarked + released <= quantity", name="not_overpaid"),
        CheckConstraint("standing IN ('payable', 'awaiting_approval', 'held')", name="standing"),
        CheckConstraint("outcome IN ('refused', 'vetoed', 'failed', 'released')", name="outcome"),
        Index("ix_allocation_stakeholder_id_arrival", "stakeholder_id", "arrival"),
        Index("ix_allocation_pledge_id_arrival", "pledge_id", "arrival"),
        Index("ix_allocation_pledge_id_household", "pledge_id", "household"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    # Its id was made in programs; this is the order in which allocations came here.
    arrival: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=clock.now)
    stakeholder_id: Mapped[UUID] = mapped_column(ForeignKey("stakeholder.id"))
    pledge_id: Mapped[UUID] = mapped_column(ForeignKey("pledge.id"))
    need: Mapped[UUID]
    household: Mapped[UUID]
    desa: Mapped[str] = mapped_column(String(13))
    category: Mapped[str] = mapped_column(String(20))
    stakeholder_kind: Mapped[str] = mapped_column(String(20))
    fund: Mapped[str] = mapped_column(String(20))
    strategy: Mapped[str] = mapped_column(String(20))
    unit: Mapped[str] = mapped_column(String(32))
    item: Mapped[str | None] = mapped_column(String(64))
    quantity: Mapped[int] = mapped_column(BigInteger)
    value_idr: Mapped[int] = mapped_column(BigInteger)
    reasons: Mapped[dict[str, Any]] = mapped_column(JSONB)
    standing: Mapped[str] = mapped_column(String(20))
    # The offset of the event that said so: one that was told before it changes nothing any more.
    said_in: Mapped[int] = mapped_column(BigInteger, server_default="-1")
    outcome: Mapped[str | None] = mapped_column(String(10))
    why: Mapped[str | None] = mapped_column(String(64))
    # What pays for it once it may be paid: paid by the donor before, for another that came to nothing.
    earmarked: Mapped[int] = mapped_column(BigInteger, default=0)
    contributed: Mapped[int] = mapped_column(BigInteger, default=0)
    delivered: Mapped[int] = mapped_column(BigInteger, default=0)
    released: Mapped[int] = mapped_column(BigInteger, default=0)
    # What had been delivered by its end, as programs said then: a word of it that is not here yet was put aside.
    announced: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")

    @property
    def area(self) -> str:
        """Return the sub-district, which is all that a donor is told of where it goes."""
        return subdistrict_of(self.desa)

    @property
    def told_why(self) -> str | None:
        """Return why it ended, as a donor is told."""
        return told_why(self.why)

    @property
    def told_reasons(self) -> dict[str, Any]:
        """Return why it was matched, as a donor is told.

        Its score, how long it waited and what its village was paid would tell two pledges' households apart, or
        where they live; how many needs there were, where they were few, is hidden on the board. So is the place among
        them: the last of few would tell how many.
        """
        told = {name: value for name, value in self.reasons.items() if name in _TOLD}
        return told | {"rank": None, "of": None} if is_small(told["of"]) else told

    @property
    def is_by_village(self) -> bool:
        """Tell whether the policy was fair between villages; which share its village had is not told."""
        return self.reasons.get("village_share") is not None

    @property
    def amounts(self) -> Amounts:
        """Return how far it has come."""
        return Amounts(self.quantity, self.contributed, self.delivered, self.released)

    @hybrid_property
    def status(self) -> str:
        """Return how far all that is kept of it has come; what was released is not kept."""
        return status_of(self.amounts, self.standing, self.outcome)

    @status.inplace.expression
    @classmethod
    def _status_in_sql(cls) -> ColumnElement[str]:
        live = cls.quantity - cls.released
        return case(
            (live == 0, func.coalesce(cls.outcome, "released")),
            (cls.delivered == live, "delivered"),
            (cls.standing == "held", "held"),
            (func.greatest(cls.contributed, cls.delivered) == live, "contributed"),
            else_="reserved",
        )

    @hybrid_property
    def unpaid(self) -> int:
        """Return what may still be paid or handed over by the donor, now or once an officer agrees."""
        return self.amounts.unpaid

    @unpaid.inplace.expression
    @classmethod
    def _unpaid_in_sql(cls) -> ColumnElement[int]:
        return cls.quantity - cls.released - func.greatest(cls.contributed, cls.delivered)

    @property
    def open(self) -> int:
        """Return what the donor may pay or hand over now: nothing while an officer's word is awaited."""
        return self.unpaid if self.standing == "payable" else 0

    @property
    def policy_version(self) -> int | None:
        """Return the version of the policy that it was made under."""
        return self.reasons.get("policy_version")

    def value_of(self, quantity: int) -> int:
        """Return what a part of it is worth in rupiah."""
        return self.value_idr * quantity // self.quantity

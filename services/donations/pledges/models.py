"""The table of pledges. The database itself keeps the balances from promising what is not there."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    case,
    func,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from services.donations.database import Model
from services.donations.pledges.domain import Balance, Waiting, next_steps, status_of
from shared import clock
from shared.auth.visibility import OwnedByStakeholder
from shared.ids import new_id


class Pledge(OwnedByStakeholder, Model):
    """What an organisation promises. `version` counts what people change, not what is reserved."""

    __table_args__ = (
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("price_idr >= 1", name="price_idr"),
        CheckConstraint("reserved >= 0 AND contributed >= 0 AND delivered >= 0", name="not_negative"),
        # The two together keep a donor from ever paying more than was promised.
        CheckConstraint("reserved + delivered + in_hand <= quantity", name="not_overdrawn"),
        CheckConstraint("contributed - in_hand <= reserved + delivered", name="not_overpaid"),
        CheckConstraint("in_hand BETWEEN 0 AND contributed", name="in_hand"),
        CheckConstraint("expires_on IS NULL OR opens_on <= expires_on", name="window"),
        CheckConstraint("(resource_kind = 'cash') = (item IS NULL)", name="item_unless_cash"),
        CheckConstraint("NOT zakat OR fund = 'zis'", name="zakat_is_zis"),
        CheckConstraint("ended IN ('withdrawn', 'expired')", name="ended"),
        UniqueConstraint("stakeholder_id", "reference"),
        UniqueConstraint("stakeholder_id", "submission"),
        Index("ix_pledge_stakeholder_id_id", "stakeholder_id", "id"),
        Index("ix_pledge_running_out", "expires_on", postgresql_where="ended IS NULL"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=clock.now)
    version: Mapped[int] = mapped_column(default=1)
    stakeholder_id: Mapped[UUID] = mapped_column(ForeignKey("stakeholder.id"))
    stakeholder_kind: Mapped[str] = mapped_column(String(20))
    resource_kind: Mapped[str] = mapped_column(String(10))
    item: Mapped[str | None] = mapped_column(String(64))
    unit: Mapped[str] = mapped_column(String(32))
    quantity: Mapped[int] = mapped_column(BigInteger)
    # What a unit was worth on the day of the pledge, by the catalogue. All columns of the pledge are
    # valued by it, whatever is amended later: so none of them ever exceeds what was pledged.
    price_idr: Mapped[int] = mapped_column(BigInteger)
    fund: Mapped[str] = mapped_column(String(20))
    zakat: Mapped[bool] = mapped_column(default=False)
    strategy: Mapped[str] = mapped_column(String(20))
    areas: Mapped[list[str]] = mapped_column(ARRAY(String(13)))
    categories: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    attributes: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    max_decile: Mapped[int | None]
    cap_per_household: Mapped[int | None] = mapped_column(BigInteger)
    minimum_grant: Mapped[int | None] = mapped_column(BigInteger)
    # The version in which the restrictions became what they are.
    restricted_in: Mapped[int] = mapped_column(default=1)
    opens_on: Mapped[date]
    expires_on: Mapped[date | None]
    reference: Mapped[str | None] = mapped_column(String(200))
    # The number of the form it was sent with: a form sent twice is one pledge.
    submission: Mapped[UUID | None]
    ended: Mapped[str | None] = mapped_column(String(10))
    reserved: Mapped[int] = mapped_column(BigInteger, default=0)
    contributed: Mapped[int] = mapped_column(BigInteger, default=0)
    # What of it is paid and at present set aside for nobody.
    in_hand: Mapped[int] = mapped_column(BigInteger, default=0)
    delivered: Mapped[int] = mapped_column(BigInteger, default=0)

    @property
    def balance(self) -> Balance:
        """Return what is promised, set aside, paid, delivered and free."""
        return Balance(
            pledged=self.quantity,
            reserved=self.reserved,
            contributed=self.contributed,
            delivered=self.delivered,
            ended=self.ended is not None,
            in_hand=self.in_hand,
        )

    def next_steps(self, waiting: Waiting) -> list[tuple[str, int]]:
        """Return what happens next to it, what the donor has to do first."""
        return next_steps(self.balance, waiting)

    @hybrid_property
    def status(self) -> str:
        """Return `open`, `exhausted`, `withdrawn` or `expired`."""
        return status_of(self.ended, self.balance)

    @status.inplace.expression
    @classmethod
    def _status_in_sql(cls) -> ColumnElement[str]:
        used_up = cls.reserved + cls.delivered >= cls.quantity
        return func.coalesce(cls.ended, case((used_up, "exhausted"), else_="open"))

    def value_of(self, quantity: int) -> int:
        """Return what a quantity of it is worth in rupiah."""
        return quantity * self.price_idr

    @property
    def resource(self) -> dict[str, Any]:
        """Return what is promised: kind, item and unit."""
        return {"kind": self.resource_kind, "item": self.item, "unit": self.unit}

    @property
    def restrictions(self) -> dict[str, Any]:
        """Return who may receive from it; empty means anyone."""
        return {
            "areas": self.areas,
            "categories": self.categories,
            "attributes": self.attributes,
            "max_decile": self.max_decile,
            "cap_per_household": self.cap_per_household,
            "minimum_grant": self.minimum_grant,
        }

    def given(self) -> dict[str, Any]:
        """Return the promise in the shape it is given in, so that its rules can be applied again."""
        names = (
            "resource", "quantity", "price_idr", "fund", "zakat", "restrictions", "opens_on", "expires_on",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}

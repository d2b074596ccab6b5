"""The tables that events fold into. The first three hold facts, the others are sums of them.

Nothing here is edited by people, so nothing refers to anything by foreign key: a fact may come
before what it belongs to.
"""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Dialect, Numeric, String, TypeDecorator
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.database import Model
from shared.gaps import GapCopy

Instant = DateTime(timezone=True)


class WholeNumber(TypeDecorator[int]):
    """An integer without an end: what each pledge may be worth fits bigint, what all are worth may not."""

    impl = Numeric
    cache_ok = True

    def process_result_value(self, value: Decimal | None, _dialect: Dialect) -> int | None:
        """Return the number as Python and JSON have it."""
        return None if value is None else int(value)


def _sum() -> Mapped[int]:
    return mapped_column(BigInteger, server_default="0")


def _rupiah_of_all() -> Mapped[int]:
    return mapped_column(WholeNumber, server_default="0")


def _offset() -> Mapped[int]:
    return mapped_column(BigInteger, server_default="-1")


class HouseholdFacts(Model):
    """A household, by its opaque id. See `facts.domain.Household`."""

    __tablename__ = "household"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(server_default="0")
    desa: Mapped[str] = mapped_column(String(13), server_default="")
    people: Mapped[int] = mapped_column(server_default="0")
    status: Mapped[str] = mapped_column(String(16), server_default="registered")
    held: Mapped[bool] = mapped_column(server_default="false")
    verified_on: Mapped[date | None]
    set_aside: Mapped[int] = _sum()
    deliveries: Mapped[int] = mapped_column(server_default="0")
    first_delivery_on: Mapped[date | None]
    reached_at: Mapped[datetime | None] = mapped_column(Instant)
    needs_open: Mapped[int] = mapped_column(server_default="0")
    needs_covered: Mapped[int] = mapped_column(server_default="0")
    needs_delivered: Mapped[int] = mapped_column(server_default="0")
    reserved_idr: Mapped[int] = _sum()
    contributed_idr: Mapped[int] = _sum()
    delivered_idr: Mapped[int] = _sum()
    status_in: Mapped[int] = _offset()
    held_in: Mapped[int] = _offset()


class NeedFacts(Model):
    """A need. See `facts.domain.Need`."""

    __tablename__ = "need"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    quantity: Mapped[int] = _sum()
    closed: Mapped[bool] = mapped_column(server_default="false")
    set_aside: Mapped[int] = _sum()
    delivered: Mapped[int] = _sum()
    recorded_in: Mapped[int] = _offset()
    closed_in: Mapped[int] = _offset()


class PledgeFacts(Model):
    """A pledge in its latest version. See `facts.domain.Pledge`."""

    __tablename__ = "pledge"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(server_default="0")
    area: Mapped[str] = mapped_column(String(13), server_default="")
    fund: Mapped[str] = mapped_column(String(32), server_default="")
    strategy: Mapped[str] = mapped_column(String(32), server_default="")
    stakeholder_kind: Mapped[str] = mapped_column(String(32), server_default="")
    category: Mapped[str] = mapped_column(String(32), server_default="any")
    value_idr: Mapped[int] = _sum()


class AreaFigures(Model):
    """The sums of one village; `pledged_idr` also of a larger area that a pledge is meant for.

    What is paid and in hand, for no household at present, is `contributed_idr` of the area ''.
    """

    __tablename__ = "area_figures"

    area: Mapped[str] = mapped_column(String(13), primary_key=True)
    households: Mapped[int] = _sum()
    people: Mapped[int] = _sum()
    verified: Mapped[int] = _sum()
    matched: Mapped[int] = _sum()
    delivered: Mapped[int] = _sum()
    graduated: Mapped[int] = _sum()
    graduated_people: Mapped[int] = _sum()
    removed: Mapped[int] = _sum()
    removed_people: Mapped[int] = _sum()
    needs_open: Mapped[int] = _sum()
    needs_covered: Mapped[int] = _sum()
    needs_delivered: Mapped[int] = _sum()
    pledged_idr: Mapped[int] = _rupiah_of_all()
    reserved_idr: Mapped[int] = _rupiah_of_all()
    contributed_idr: Mapped[int] = _rupiah_of_all()
    delivered_idr: Mapped[int] = _rupiah_of_all()


class FundingCell(Model):
    """The four columns of funding of the whole regency, by all that they are grouped by."""

    __tablename__ = "funding"

    fund: Mapped[str] = mapped_column(String(32), primary_key=True)
    strategy: Mapped[str] = mapped_column(String(32), primary_key=True)
    stakeholder_kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    category: Mapped[str] = mapped_column(String(32), primary_key=True)
    pledged_idr: Mapped[int] = _rupiah_of_all()
    reserved_idr: Mapped[int] = _rupiah_of_all()
    contributed_idr: Mapped[int] = _rupiah_of_all()
    delivered_idr: Mapped[int] = _rupiah_of_all()


class Waited(Model):
    """How many households of an area (of each level) waited so many days for their first delivery."""

    __tablename__ = "waited"

    area: Mapped[str] = mapped_column(String(13), primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    households: Mapped[int] = _sum()


class Waiting(Model):
    """How many verified households of an area (of each level) have waited since a day."""

    __tablename__ = "waiting"

    area: Mapped[str] = mapped_column(String(13), primary_key=True)
    since: Mapped[date] = mapped_column(primary_key=True)
    households: Mapped[int] = _sum()


class Change(Model):
    """By how much the regency's figures changed in a day, or in a minute of the last days."""

    __tablename__ = "change"

    grain: Mapped[str] = mapped_column(String(6), primary_key=True)
    start: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    people: Mapped[int] = _sum()
    households: Mapped[int] = _sum()
    verified: Mapped[int] = _sum()
    reached: Mapped[int] = _sum()
    graduated: Mapped[int] = _sum()
    graduated_people: Mapped[int] = _sum()
    removed: Mapped[int] = _sum()
    removed_people: Mapped[int] = _sum()
    pledged_idr: Mapped[int] = _rupiah_of_all()
    reserved_idr: Mapped[int] = _rupiah_of_all()
    contributed_idr: Mapped[int] = _rupiah_of_all()
    delivered_idr: Mapped[int] = _rupiah_of_all()


class ToldGap(GapCopy, Model):
    """What is short of one kind of need, as programs told it last."""

    __tablename__ = "gap"


class Applied(Model):
    """The one row that says how far the tables are: its version grows with each batch of events."""

    __tablename__ = "applied"
    __table_args__ = (CheckConstraint("one", name="one"),)

    one: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    version: Mapped[int] = mapped_column(BigInteger)
    as_of: Mapped[datetime | None] = mapped_column(Instant)
    rules: Mapped[int]

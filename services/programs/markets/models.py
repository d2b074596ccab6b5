"""Which markets are to be settled again, and when."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from services.programs.database import Model


class MarketChange(Model):
    """A note that a market is to be settled again from a day on. The allocator takes the notes away.

    It is about `need`, `pledge` or both; where neither is named, about the whole market. `of_kin`: the household of
    the need has more or less for another need.
    """

    __tablename__ = "market_change"
    # Every turn takes the notes of one market that are due.
    __table_args__ = (Index("ix_market_change_market_due_on", "market", "due_on"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    market: Mapped[str] = mapped_column(String(97))
    due_on: Mapped[date]
    need: Mapped[UUID | None]
    pledge: Mapped[UUID | None]
    of_kin: Mapped[bool] = mapped_column(server_default=false())
    noted_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))

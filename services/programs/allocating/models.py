"""Who keeps which market in mind."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.programs.database import Model


class MarketKeeper(Model):
    """The worker that settled a market last, and keeps it in mind as that `turn` left it.

    Whoever has another turn in mind, or none, reads the market anew. `unfinished`: something is still to be
    written, since `unfinished_since`, whatever turns there were meanwhile.
    """

    __tablename__ = "market_keeper"

    market: Mapped[str] = mapped_column(String(97), primary_key=True)
    worker: Mapped[UUID]
    turn: Mapped[UUID]
    settled_at: Mapped[datetime]
    unfinished: Mapped[bool]
    unfinished_since: Mapped[datetime | None]

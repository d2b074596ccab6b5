"""What programs said of allocations that were not here yet."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from services.donations.database import Model


class EarlyWord(Model):
    """The last word on an allocation of those that came before its proposal took effect here.

    One comes so early only while the proposal is among the dead letters. Once that is handed back, the word
    decides: what is over by then is never reserved, and what is on hold is not paid. The row stays.
    """

    __table_args__ = (CheckConstraint("word IN ('payable', 'held', 'over')", name="word"),)

    allocation: Mapped[UUID] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(String(7))
    said_in: Mapped[int] = mapped_column(BigInteger)

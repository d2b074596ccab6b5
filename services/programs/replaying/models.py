"""The seals of the log."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from services.programs.database import Model


class Seal(Model):
    """A link of the chain: a keyed digest of some lines of the log, and of the link before. A trigger refuses changes.

    Lines are written without waiting for each other, and sealed a moment later by one task at a time.
    """

    __tablename__ = "allocation_seal"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entries: Mapped[int]
    digest: Mapped[bytes]
    sealed_at: Mapped[datetime]

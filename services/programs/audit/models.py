"""The audit log: one line for each time a person's record was read or changed.

A trigger refuses UPDATE, DELETE and TRUNCATE. Each line holds a keyed digest of itself and of the
line before; `audit_head` holds the last one, so that a cut at the end is noticed too.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.programs.database import Model
from shared.ids import new_id


class AuditEntry(Model):
    """Who did what with which record, when and why. It names ids and codes, never a person."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "household_id", "id"),)

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(default=new_id, unique=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(60))
    household_id: Mapped[UUID | None]
    why: Mapped[str] = mapped_column(String(300))
    request_id: Mapped[str | None] = mapped_column(String(128))
    digest: Mapped[bytes]


class AuditHead(Model):
    """The end of the chain; there is one."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", "one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[bytes]

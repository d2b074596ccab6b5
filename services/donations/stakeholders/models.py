"""Organisations, their API keys, and the accounts of their people."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from services.donations.database import Model
from shared import clock
from shared.auth.accounts import AccountColumns, Accounts
from shared.auth.visibility import OwnedByStakeholder
from shared.ids import new_id


class Stakeholder(Model):
    """An actor of the helix. `example` marks one that exists to show the system."""

    __table_args__ = (
        CheckConstraint("status IN ('pending', 'approved', 'suspended')", name="status"),
        Index("ix_stakeholder_status_id", "status", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=clock.now)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    contact_email: Mapped[str] = mapped_column(String(254))
    about: Mapped[str | None] = mapped_column(String(2000))
    status: Mapped[str] = mapped_column(String(20), default="pending")
    suspended_because: Mapped[str | None] = mapped_column(String(500))
    example: Mapped[bool] = mapped_column(default=False)
    # The number of the form it was sent with: a form sent twice is one organisation.
    submission: Mapped[UUID | None] = mapped_column(unique=True)


class ApiKey(OwnedByStakeholder, Model):
    """A portal's key. Only its hash is kept."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=clock.now)
    stakeholder_id: Mapped[UUID] = mapped_column(ForeignKey("stakeholder.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(32), index=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String(40)))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Account(AccountColumns, Model):
    """A person who signs in here where no OpenID Connect provider does it."""


ACCOUNTS = Accounts(Account)

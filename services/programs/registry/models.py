"""Households, their members and their family cards.

What tells a person apart (NIK, KK number, name, address) is stored encrypted; a keyed blind index
beside the numbers finds them and keeps them unique. A row that belongs to a household repeats its
village, so that the rule of who sees which area holds for it too; the database keeps it the same.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.programs.database import Model
from services.programs.registry.domain import Life
from shared.auth.visibility import InArea
from shared.ids import new_id


class OfHousehold(InArea):
    """The columns of a row that belongs to a household and moves with it to another village."""

    household_id: Mapped[UUID] = mapped_column(index=True)


def follows_household() -> ForeignKeyConstraint:
    """Return the constraint that ties a row of `OfHousehold` to its household and its village."""
    return ForeignKeyConstraint(
        ["household_id", "desa"], ["household.id", "household.desa"], onupdate="CASCADE"
    )


class Household(InArea, Model):
    """The unit of the registry. `version` rises with each change that events tell of."""

    __tablename__ = "household"
    __table_args__ = (
        UniqueConstraint("id", "desa"),
        CheckConstraint("status IN ('registered', 'verified', 'rejected', 'lapsed', 'graduated')", "status"),
        CheckConstraint("decile BETWEEN 1 AND 10", "decile"),
        CheckConstraint("score BETWEEN 0 AND 1000", "score"),
        CheckConstraint("people > 0", "people"),
        CheckConstraint(
            "status <> 'verified' OR (verified_at IS NOT NULL AND valid_until IS NOT NULL)", "verified"
        ),
        Index(None, "status", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    status: Mapped[str] = mapped_column(String(12), default="registered")
    version: Mapped[int] = mapped_column(default=1)
    decile: Mapped[int]
    decile_source: Mapped[str] = mapped_column(String(10))
    decile_vintage: Mapped[str] = mapped_column(String(40))
    score: Mapped[int]
    score_version: Mapped[str] = mapped_column(String(10))
    score_parts: Mapped[dict[str, int]] = mapped_column(JSONB)
    attributes: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    people: Mapped[int]
    ages: Mapped[dict[str, int]] = mapped_column(JSONB)
    housing: Mapped[dict[str, Any]] = mapped_column(JSONB)
    address: Mapped[bytes]
    verified_at: Mapped[datetime | None]
    valid_until: Mapped[date | None]
    held: Mapped[bool] = mapped_column(default=False)
    synthetic: Mapped[bool] = mapped_column(default=False)
    registered_by: Mapped[str] = mapped_column(String(100))
    fingerprint: Mapped[bytes]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    members: Mapped[list["Member"]] = relationship(order_by="Member.id", viewonly=True)
    card: Mapped["FamilyCard"] = relationship(
        primaryjoin="and_(FamilyCard.household_id == Household.id, FamilyCard.replaced_at.is_(None))",
        viewonly=True,
    )


class Member(OfHousehold, Model):
    """A person of a household; in one household at a time."""

    __tablename__ = "member"
    __table_args__ = (
        follows_household(),
        UniqueConstraint("nik_index"),
        CheckConstraint("sex IN ('male', 'female')", "sex"),
        Index(
            "uq_member_head",
            "household_id",
            unique=True,
            postgresql_where=text("relation = 'head'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    nik: Mapped[bytes]
    nik_index: Mapped[bytes]
    name: Mapped[bytes]
    born_on: Mapped[date]
    sex: Mapped[str] = mapped_column(String(6))
    relation: Mapped[str] = mapped_column(String(12))
    attributes: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    warnings: Mapped[list[str]] = mapped_column(ARRAY(String(40)))
    fingerprint: Mapped[bytes]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


def life_of(member: Member) -> Life:
    """Return of a member what the household's figures follow from."""
    return Life(member.born_on, member.sex, member.relation, member.attributes)


class FamilyCard(OfHousehold, Model):
    """A KK number that a household has, or had until `replaced_at`."""

    __tablename__ = "family_card"
    __table_args__ = (
        follows_household(),
        Index(
            "uq_family_card_number_index",
            "number_index",
            unique=True,
            postgresql_where=text("replaced_at IS NULL"),
        ),
        Index(
            "uq_family_card_household_id",
            "household_id",
            unique=True,
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[bytes]
    number_index: Mapped[bytes]
    created_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]

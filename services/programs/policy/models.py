"""The versions of the policy, of which none is ever changed, and the draft of the next."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Identity, Integer, String, false
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from services.programs.database import Model
from services.programs.policy.domain import Policy, Rules


class _Stated:
    """The columns of what a policy says."""

    tiers: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default="{1,4}")
    fair_between_villages: Mapped[bool] = mapped_column(server_default=false())
    rerouted_until: Mapped[str] = mapped_column(String(12), server_default="contributed")
    displaced_until: Mapped[str] = mapped_column(String(12), server_default="told")
    approval_threshold_idr: Mapped[int] = mapped_column(BigInteger)
    second_person_threshold_idr: Mapped[int] = mapped_column(BigInteger)
    household_cap_idr: Mapped[int | None] = mapped_column(BigInteger)
    cash_after_days: Mapped[int | None]

    @declared_attr
    def order(cls) -> Mapped[list[str]]:  # noqa: N805 - what SQLAlchemy calls it with
        """Return the column of the order, which SQL has a word of the same name for."""
        return mapped_column("need_order", ARRAY(String(20)))

    def as_version(self, version: int) -> Policy:
        """Return what it says, as a version."""
        said = {each.name: getattr(self, each.name) for each in fields(Rules)}
        return Policy(**said | {"tiers": tuple(self.tiers), "order": tuple(self.order), "version": version})


def columns_of(rules: Rules) -> dict[str, Any]:
    """Return the values of the columns in which `rules` are stated."""
    return {each.name: getattr(rules, each.name) for each in fields(Rules)} | {
        "tiers": list(rules.tiers),
        "order": list(rules.order),
    }


def _holds() -> tuple[CheckConstraint, ...]:
    return (
        CheckConstraint("approval_threshold_idr BETWEEN 0 AND second_person_threshold_idr", "thresholds"),
        CheckConstraint("cash_after_days >= 1", "cash_after_days"),
        CheckConstraint("household_cap_idr >= 1", "household_cap_idr"),
        CheckConstraint("rerouted_until IN ('reserved', 'contributed')", "rerouted_until"),
        CheckConstraint("displaced_until IN ('reserved', 'told')", "displaced_until"),
    )


class PolicyVersion(_Stated, Model):
    """What held from `adopted_at` until the next version. The first comes with the database."""

    __tablename__ = "policy"
    __table_args__ = (CheckConstraint("version >= 1", "version"), *_holds())

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    drafted_by: Mapped[str] = mapped_column(String(100), server_default="")
    adopted_by: Mapped[str] = mapped_column(String(100))
    adopted_at: Mapped[datetime]

    def rules(self) -> Policy:
        """Return what the engine and the rules look at."""
        return self.as_version(self.version)


class PolicyDraft(_Stated, Model):
    """What somebody proposes for the version after `based_on`; there is one at most.

    `number` is another for every draft, and each time it is to be worked out. `effect` is what would change, as
    `services.programs.trying_out` worked it out; None until it has.
    """

    __tablename__ = "policy_draft"
    __table_args__ = (CheckConstraint("one", "one"), *_holds())

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    one: Mapped[bool] = mapped_column(unique=True, default=True)
    based_on: Mapped[int] = mapped_column(ForeignKey("policy.version"))
    drafted_by: Mapped[str] = mapped_column(String(100))
    drafted_at: Mapped[datetime]
    effect: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))

    def rules(self) -> Policy:
        """Return what would hold."""
        return self.as_version(self.based_on + 1)

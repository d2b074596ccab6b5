"""The pledges as programs knows them, and what is allocated of them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Identity,
    Index,
    String,
    case,
    false,
    func,
    literal,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.programs.database import Model
from services.programs.matching.domain import LIVE, STAGES, STEPS, Rule
from services.programs.needs.models import Need
from services.programs.registry.models import OfHousehold, follows_household
from shared import clock
from shared.ids import new_id

_LIVE = ", ".join(f"'{stage}'" for stage in LIVE)
_STEPS = ", ".join(f"'{step}'" for step in STEPS)
_STAGES = ", ".join(f"'{stage}'" for stage in STAGES)


class Pledge(Model):
    """Our own copy of a pledge, fed by the events of donations; the higher version wins.

    `used` is what our allocations hold of it. `withheld` is what donations says is gone beyond that,
    and `blocked_by` why it refuses everything: nothing is proposed from it until the day of
    `blocked_until`, or, where there is none, until the pledge changes. `said_in` is the offset of
    the event that said so last.
    """

    __tablename__ = "pledge"
    __table_args__ = (
        CheckConstraint("used >= 0 AND withheld >= 0 AND quantity >= 0", "amounts"),
        CheckConstraint("status IN ('open', 'withdrawn', 'expired')", "status"),
        Index("ix_pledge_open", "market", postgresql_where=text("status = 'open'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    status: Mapped[str] = mapped_column(String(10))
    stakeholder: Mapped[UUID]
    stakeholder_kind: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(10))
    item: Mapped[str | None] = mapped_column(String(64))
    unit: Mapped[str] = mapped_column(String(32))
    market: Mapped[str] = mapped_column(String(97))
    quantity: Mapped[int] = mapped_column(BigInteger)
    fund: Mapped[str] = mapped_column(String(20))
    zakat: Mapped[bool]
    strategy: Mapped[str] = mapped_column(String(20))
    areas: Mapped[list[str]] = mapped_column(ARRAY(String(13)))
    categories: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    attributes: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    max_decile: Mapped[int | None]
    cap_per_household: Mapped[int | None] = mapped_column(BigInteger)
    minimum_grant: Mapped[int | None] = mapped_column(BigInteger)
    opens_on: Mapped[date]
    expires_on: Mapped[date | None]
    used: Mapped[int] = mapped_column(BigInteger, default=0)
    withheld: Mapped[int] = mapped_column(BigInteger, default=0)
    blocked_by: Mapped[str | None] = mapped_column(String(64))
    blocked_until: Mapped[date | None]
    said_in: Mapped[int] = mapped_column(BigInteger, default=-1)

    @hybrid_property
    def is_blocked(self) -> bool:
        """Tell whether it refuses everything today, by all we know."""
        lifted = self.blocked_until is not None and self.blocked_until <= clock.today()
        return self.blocked_by is not None and not lifted

    @is_blocked.inplace.expression
    @classmethod
    def _is_blocked(cls) -> Any:
        lifted = func.coalesce(cls.blocked_until <= clock.today(), false())
        return cls.blocked_by.is_not(None) & ~lifted

    @hybrid_property
    def free(self) -> int:
        """Return what may still be proposed of it, by all we know."""
        if self.status != "open" or self.is_blocked:
            return 0
        return max(0, self.quantity - self.used - self.withheld)

    @free.inplace.expression
    @classmethod
    def _free(cls) -> Any:
        left = func.greatest(0, cls.quantity - cls.used - cls.withheld)
        return case(((cls.status == "open") & ~cls.is_blocked, left), else_=literal(0))

    def rule(self) -> Rule:
        """Return who may receive from it."""
        return rule_of(self)


# The columns in which a pledge states who may receive from it.
RULE = (Pledge.areas, Pledge.categories, Pledge.attributes, Pledge.max_decile, Pledge.zakat)


def rule_of(stated: Any) -> Rule:
    """Return who may receive from a pledge, by the values of those columns."""
    return Rule(
        areas=frozenset(stated.areas),
        categories=frozenset(stated.categories),
        attributes=frozenset(stated.attributes),
        max_decile=stated.max_decile,
        zakat=stated.zakat,
    )


class Allocation(OfHousehold, Model):
    """A quantity of one pledge set aside for one need.

    `stage` is proposed, reserved, or how it ended; `held` (by a person) and `household_held` stop it
    wherever it is. `status` says in one word how far all that is kept of it has come, as
    `shared.vocabulary.AllocationStatus` defines it. `holding` is what it takes from the pledge and
    covers of the need. `value_idr` is its worth at the price of the day it was made. `household_id`
    and `desa` repeat the need's.
    """

    __tablename__ = "allocation"
    __table_args__ = (
        follows_household(),
        CheckConstraint("quantity >= 1", "quantity"),
        # A whole price a unit: the parts of the value then add up, however the quantity is cut.
        CheckConstraint("value_idr > 0 AND value_idr % quantity = 0", "value_idr"),
        CheckConstraint("contributed BETWEEN 0 AND quantity", "contributed"),
        CheckConstraint("delivered BETWEEN 0 AND contributed", "delivered"),
        CheckConstraint(f"stage IN ({_STAGES})", "stage"),
        CheckConstraint("approvals >= 0 AND approvals_needed BETWEEN 0 AND 2", "approvals"),
        Index("ix_allocation_pledge", "pledge_id", "id"),
        Index("ix_allocation_need", "need_id"),
        Index("ix_allocation_status", "status", "id"),
        Index("ix_allocation_vetoed", "household_id", postgresql_where=text("stage = 'vetoed'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    pledge_id: Mapped[UUID] = mapped_column(ForeignKey("pledge.id"))
    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id"))
    quantity: Mapped[int] = mapped_column(BigInteger)
    value_idr: Mapped[int] = mapped_column(BigInteger)
    contributed: Mapped[int] = mapped_column(BigInteger, default=0)
    delivered: Mapped[int] = mapped_column(BigInteger, default=0)
    stage: Mapped[str] = mapped_column(String(12), default="proposed")
    held: Mapped[bool] = mapped_column(default=False)
    household_held: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(
        String(12),
        Computed(
            f"CASE WHEN stage NOT IN ({_LIVE}) AND delivered > 0 THEN 'delivered'"
            f" WHEN stage IN ({_LIVE}) AND (held OR household_held) THEN 'held'"
            f" WHEN stage IN ({_LIVE}) AND contributed = quantity THEN 'contributed'"
            " ELSE stage END",
            persisted=True,
        ),
    )
    holding: Mapped[int] = mapped_column(
        BigInteger,
        Computed(f"CASE WHEN stage IN ({_LIVE}) THEN quantity ELSE delivered END", persisted=True),
    )
    approvals_needed: Mapped[int] = mapped_column(default=0)
    approvals: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None] = mapped_column(String(64))
    reasons: Mapped[dict[str, Any]] = mapped_column(JSONB)
    policy_version: Mapped[int] = mapped_column(ForeignKey("policy.version"))
    pledge_version: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    # Loaded where it is asked for: a list that forgot to would ask once a row.
    need: Mapped[Need] = relationship(viewonly=True, lazy="raise")

    @property
    def is_live(self) -> bool:
        """Tell whether it may still come to something."""
        return self.stage in LIVE

    @property
    def is_on_its_way(self) -> bool:
        """Tell whether something of it is paid and not yet handed over."""
        return self.contributed > self.delivered

    @property
    def is_stopped(self) -> bool:
        """Tell whether a person's hold, on it or on its household, keeps it from going on."""
        return self.held or self.household_held

    @property
    def awaits_approval(self) -> bool:
        """Tell whether people whose word its amount needs have still to give it."""
        return self.approvals < self.approvals_needed

    def value_of(self, quantity: int) -> int:
        """Return what a part of it is worth in rupiah; the parts add up to the whole."""
        return self.value_idr * quantity // self.quantity

    def entry(self, step: str, quantity: int, *, by: str, **more: Any) -> "AllocationEntry":
        """Return the line of the log that tells of a step of so much of it, who made it, and why."""
        return AllocationEntry(
            allocation_id=self.id,
            step=step,
            quantity=quantity,
            by=by,
            at=clock.now(),
            **more,
        )


class AllocationEntry(Model):
    """A line of the log of all that was decided of allocations and came of them; never changed.

    `quantity` is how much the step is about; `by` is who made it, `system` for the match and for what donations told.
    `reason` is a code, or what a person wrote; `paid_on` is the donor's day; `counts` is said of an approval that the
    amount needed. `seal` is the number of the seal that closes it, and None for the moment until it is sealed.
    """

    __tablename__ = "allocation_entry"
    __table_args__ = (
        CheckConstraint(f"step IN ({_STEPS})", "step"),
        # The second word must be another person's.
        Index(
            "uq_allocation_entry_approved",
            "allocation_id",
            "by",
            unique=True,
            postgresql_where=text("step = 'approved' AND counts"),
        ),
        Index("ix_allocation_entry_allocation_id", "allocation_id", "seq"),
        Index("ix_allocation_entry_unsealed", "seq", postgresql_where=text("seal IS NULL")),
        Index("ix_allocation_entry_seal", "seal", "seq"),
    )

    # Of one allocation it follows the order of its steps: each is made under the allocation's lock.
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    allocation_id: Mapped[UUID] = mapped_column(ForeignKey("allocation.id"))
    step: Mapped[str] = mapped_column(String(12))
    quantity: Mapped[int] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str | None] = mapped_column(String(500))
    paid_on: Mapped[date | None]
    counts: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
    seal: Mapped[int | None] = mapped_column(BigInteger)

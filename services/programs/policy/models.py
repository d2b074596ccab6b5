"""The versions of the policy; none is ever changed."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from services.programs.database import Model
from services.programs.policy.domain import Policy


class PolicyVersion(Model):
    """What held from `adopted_at` until the next version. The first comes with the database."""

    __tablename__ = "policy"
    __table_args__ = (
        CheckConstraint("version >= 1", "version"),
        CheckConstraint("approval_threshold_idr BETWEEN 0 AND second_person_threshold_idr", "thresholds"),
        CheckConstraint("cash_after_days >= 1", "cash_after_days"),
    )

    # Two people who change the same version: the primary key lets one of them win.
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    order: Mapped[list[str]] = mapped_column("need_order", ARRAY(String(20)))
    approval_threshold_idr: Mapped[int] = mapped_column(BigInteger)
    second_person_threshold_idr: Mapped[int] = mapped_column(BigInteger)
    cash_after_days: Mapped[int | None]
    adopted_by: Mapped[str] = mapped_column(String(100))
    adopted_at: Mapped[datetime]

    def rules(self) -> Policy:
        """Return what the engine and the rules look at."""
        return Policy(
            version=self.version,
            order=tuple(self.order),
            approval_threshold_idr=self.approval_threshold_idr,
            second_person_threshold_idr=self.second_person_threshold_idr,
            cash_after_days=self.cash_after_days,
        )

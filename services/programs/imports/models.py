"""Imports and their rows. A row's content is encrypted, and gone once the row has its receipt."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.programs.database import Model
from shared.ids import new_id


class ImportJob(Model):
    """A file on its way into the registry. `area` limits what it may hold, and who sees it, to its planner's.

    `reason` is a code of why it failed.
    """

    __tablename__ = "import_job"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'finished', 'failed')", "state"),
        CheckConstraint("(state = 'failed') = (reason IS NOT NULL)", "reason"),
        CheckConstraint("done BETWEEN 0 AND total", "done"),
        Index("ix_import_job_waiting", "id", postgresql_where=text("state IN ('queued', 'running')")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    state: Mapped[str] = mapped_column(String(10), default="queued")
    dry_run: Mapped[bool]
    area: Mapped[str | None] = mapped_column(String(13))
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, int]] = mapped_column(JSONB)
    reason: Mapped[str | None] = mapped_column(String(40))
    created_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class ImportRow(Model):
    """One row of the file and its receipt. `line` is its line in the file, `family` the order of its family."""

    __tablename__ = "import_row"
    __table_args__ = (
        CheckConstraint("outcome IN ('created', 'updated', 'unchanged', 'duplicate', 'invalid')", "outcome"),
        CheckConstraint("outcome IS NULL OR payload IS NULL", "purged"),
        Index(
            "ix_import_row_waiting", "import_id", "family", "line", postgresql_where=text("outcome IS NULL")
        ),
        Index(None, "import_id", "outcome", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    import_id: Mapped[UUID] = mapped_column(ForeignKey("import_job.id", ondelete="CASCADE"))
    line: Mapped[int]
    family: Mapped[int]
    payload: Mapped[bytes | None]
    outcome: Mapped[str | None] = mapped_column(String(10))
    reasons: Mapped[list[str]] = mapped_column(ARRAY(String(40)))
    household_id: Mapped[UUID | None]
    created_at: Mapped[datetime]

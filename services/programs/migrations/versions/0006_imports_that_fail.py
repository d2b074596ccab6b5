"""An import that can't go on ends as failed, and says why by a code."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("import_job", sa.Column("reason", sa.String(length=40), nullable=True))
    # The first migration's names were prefixed once more by the naming convention.
    op.execute("ALTER TABLE import_job DROP CONSTRAINT ck_import_job_ck_import_job_state")
    op.create_check_constraint(
        op.f("ck_import_job_state"), "import_job", "state IN ('queued', 'running', 'finished', 'failed')"
    )
    op.create_check_constraint(
        op.f("ck_import_job_reason"), "import_job", "(state = 'failed') = (reason IS NOT NULL)"
    )
    op.drop_index("ix_import_job_waiting", "import_job")
    op.create_index(
        "ix_import_job_waiting",
        "import_job",
        ["id"],
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )

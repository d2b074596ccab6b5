"""What is answered of a visit is kept on the way, so that a form left open loses nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "visit_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("desa", sa.String(length=13), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id", "desa"],
            ["household.id", "household.desa"],
            name="fk_visit_draft_household_id_desa",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_visit_draft_visit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_visit_draft"),
        sa.UniqueConstraint("visit_id", "person", name="uq_visit_draft_visit_id_person"),
    )
    op.create_index("ix_visit_draft_desa", "visit_draft", ["desa"])
    op.create_index("ix_visit_draft_household_id", "visit_draft", ["household_id"])
    op.create_index("ix_visit_draft_saved_at", "visit_draft", ["saved_at"])

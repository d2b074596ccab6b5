"""What was vetoed, by household: a veto holds for the household's later needs too."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_index(
        "ix_allocation_vetoed", "allocation", ["household_id"], postgresql_where=sa.text("stage = 'vetoed'")
    )

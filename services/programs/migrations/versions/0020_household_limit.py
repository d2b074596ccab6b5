"""The most that a household gets in all, and notes of what it has for other needs."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    for table in ("policy", "policy_draft"):
        op.add_column(table, sa.Column("household_cap_idr", sa.BigInteger(), nullable=True))
        op.create_check_constraint(f"ck_{table}_household_cap_idr", table, "household_cap_idr >= 1")
    op.add_column(
        "market_change", sa.Column("of_kin", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )

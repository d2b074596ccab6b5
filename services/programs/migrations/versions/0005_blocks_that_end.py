"""A pledge that was not open is blocked for a day only; those blocked so far are tried again."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("pledge", sa.Column("blocked_until", sa.Date(), nullable=True))
    op.execute("UPDATE pledge SET blocked_until = CURRENT_DATE WHERE blocked_by = 'not_open'")
    op.execute(
        "INSERT INTO market_change (market, due_on)"
        " SELECT DISTINCT market, CURRENT_DATE FROM pledge WHERE blocked_by = 'not_open'"
    )

"""A change says whom it is about; who keeps a market in mind is known; a need knows what was promised."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("market_change", sa.Column("need", sa.Uuid(), nullable=True))
    op.add_column("market_change", sa.Column("pledge", sa.Uuid(), nullable=True))
    op.add_column(
        "market_change",
        sa.Column(
            "noted_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("clock_timestamp()"),
        ),
    )
    op.create_table(
        "market_keeper",
        sa.Column("market", sa.String(length=97), nullable=False),
        sa.Column("worker", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.Uuid(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unfinished", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("market", name="pk_market_keeper"),
    )
    op.add_column("need", sa.Column("promised", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_check_constraint("ck_need_promised", "need", "promised >= 0")
    op.execute("""
        UPDATE need SET promised = told.quantity
        FROM (
            SELECT need_id, sum(holding) AS quantity FROM allocation WHERE told_at IS NOT NULL GROUP BY need_id
        ) AS told
        WHERE told.need_id = need.id
    """)
    # One that a person holds may wait for its answer, while more of the same pledge is proposed for the need.
    op.drop_index("uq_allocation_proposed", "allocation")
    # What the rule before this one allocated is brought to what it would be by this one.
    op.execute("""
        INSERT INTO market_change (market, due_on)
        SELECT DISTINCT market, CAST(now() AT TIME ZONE 'Asia/Jakarta' AS date) FROM pledge WHERE status = 'open'
    """)

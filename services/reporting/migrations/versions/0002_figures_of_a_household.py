"""A household keeps the sums of its needs and rupiah, so that they move with it. Wants a rebuild."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("""
        ALTER TABLE household
            ADD COLUMN needs_open integer NOT NULL DEFAULT 0,
            ADD COLUMN needs_covered integer NOT NULL DEFAULT 0,
            ADD COLUMN needs_delivered integer NOT NULL DEFAULT 0,
            ADD COLUMN reserved_idr bigint NOT NULL DEFAULT 0,
            ADD COLUMN contributed_idr bigint NOT NULL DEFAULT 0,
            ADD COLUMN delivered_idr bigint NOT NULL DEFAULT 0
    """)
    op.execute("ALTER TABLE need DROP COLUMN desa")

"""The notes of a market that are due: every turn of the allocator asks for them."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_index("ix_market_change_market_due_on", "market_change", ["market", "due_on"])

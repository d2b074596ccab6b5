"""Since when something of a market is still to be written, whatever turns it had meanwhile."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("market_keeper", sa.Column("unfinished_since", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE market_keeper SET unfinished_since = settled_at WHERE unfinished")

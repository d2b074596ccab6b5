"""What had been delivered of an allocation by its end, as programs said then."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column(
        "allocation", sa.Column("announced", sa.BigInteger(), nullable=False, server_default=sa.text("0"))
    )

"""What an answer says of a pledge holds until a later one: one that is handed back may be older."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("pledge", sa.Column("said_in", sa.BigInteger(), nullable=False, server_default="-1"))
    op.alter_column("pledge", "said_in", server_default=None)

"""What was told last of an allocation holds, in whatever order it is heard."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    # Below every offset: of what is here already, the next word is the later one.
    op.add_column("allocation", sa.Column("said_in", sa.BigInteger(), nullable=False, server_default="-1"))
    op.create_table(
        "early_word",
        sa.Column("allocation", sa.Uuid(), primary_key=True),
        sa.Column("word", sa.String(7), nullable=False),
        sa.Column("said_in", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("word IN ('payable', 'held', 'over')", name=op.f("ck_early_word_word")),
    )

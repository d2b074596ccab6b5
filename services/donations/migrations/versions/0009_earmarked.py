"""What is in hand waits for an officer's word with the allocation that it is meant for."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column(
        "allocation", sa.Column("earmarked", sa.BigInteger(), nullable=False, server_default=sa.text("0"))
    )
    op.alter_column("allocation", "earmarked", server_default=None)
    op.create_check_constraint(op.f("ck_allocation_earmarked"), "allocation", "earmarked >= 0")
    op.drop_constraint(op.f("ck_allocation_not_overpaid"), "allocation")
    op.create_check_constraint(
        op.f("ck_allocation_not_overpaid"), "allocation", "contributed + earmarked + released <= quantity"
    )

"""What happened to an allocation is kept with its time, so that its page can tell all of it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_STEPS = "reserved refused paid held resumed delivered failed cancelled released returned".split()


def upgrade() -> None:
    op.create_table(
        "allocation_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("allocation_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(length=12), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            f"step IN ({', '.join(repr(step) for step in _STEPS)})", name=op.f("ck_allocation_step_step")
        ),
        sa.ForeignKeyConstraint(["allocation_id"], ["allocation.id"], name="fk_allocation_step_allocation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_allocation_step"),
    )
    op.create_index("ix_allocation_step_allocation_id", "allocation_step", ["allocation_id"])
    # Of what was before, the ends and the deliveries have a time; reservations and payments had none.
    op.execute("""
        INSERT INTO allocation_step (id, allocation_id, step, quantity, reason, at)
        SELECT gen_random_uuid(), id, stage, quantity - delivered, ended_reason, changed_at
        FROM allocation
        WHERE stage IN ('refused', 'released') AND quantity > delivered
        UNION ALL
        SELECT gen_random_uuid(), allocation_id, outcome, quantity, reason, handed_over_at
        FROM delivery
    """)

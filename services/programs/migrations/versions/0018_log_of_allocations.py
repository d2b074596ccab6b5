"""One log of all that was decided of allocations and came of them, in place of steps and decisions; sealed in a chain."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_STEPS = (
    "proposed", "reserved", "refused", "paid", "approved", "held", "stopped", "resumed", "vetoed", "told", "delivered",
    "failed", "cancelled", "released", "returned", "taken_over",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "allocation_entry",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("allocation_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(length=12), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seal", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            f"step IN ({', '.join(repr(step) for step in _STEPS)})", name="ck_allocation_entry_step"
        ),
        sa.ForeignKeyConstraint(["allocation_id"], ["allocation.id"], name="fk_allocation_entry_allocation_id"),
        sa.PrimaryKeyConstraint("seq", name="pk_allocation_entry"),
    )
    op.create_table(
        "allocation_seal",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_allocation_seal"),
    )
    # What there is, in the order in which it happened; that it was taken over says that it may not be all.
    op.execute("""
        INSERT INTO allocation_entry (allocation_id, step, quantity, by, reason, paid_on, counts, at)
        SELECT allocation_id, step, quantity, by, reason, paid_on, counts, at FROM (
            SELECT id AS allocation_id, 'proposed' AS step, quantity, 'system' AS by, NULL AS reason,
                NULL::date AS paid_on, false AS counts, created_at AS at, 0 AS place
            FROM allocation
            UNION ALL
            SELECT id, 'told', quantity, 'system', NULL, NULL, false, told_at, 1
            FROM allocation WHERE told_at IS NOT NULL
            UNION ALL
            SELECT allocation_id, CASE step WHEN 'held' THEN 'stopped' ELSE step END, quantity, 'system', reason,
                paid_on, false, at, 1
            FROM allocation_step
            UNION ALL
            SELECT allocation_id,
                CASE decision WHEN 'approve' THEN 'approved' WHEN 'hold' THEN 'held' ELSE 'vetoed' END,
                allocation.quantity, decided_by, reason, NULL, counts, decided_at, 1
            FROM allocation_decision JOIN allocation ON allocation.id = allocation_id
            UNION ALL
            SELECT id, 'taken_over', quantity, 'system', NULL, NULL, false, now(), 2 FROM allocation
        ) AS happened ORDER BY at, place
    """)
    op.create_index("ix_allocation_entry_allocation_id", "allocation_entry", ["allocation_id", "seq"])
    op.create_index("ix_allocation_entry_seal", "allocation_entry", ["seal", "seq"])
    op.create_index(
        "ix_allocation_entry_unsealed", "allocation_entry", ["seq"], postgresql_where=sa.text("seal IS NULL")
    )
    op.create_index(
        "uq_allocation_entry_approved",
        "allocation_entry",
        ["allocation_id", "by"],
        unique=True,
        postgresql_where=sa.text("step = 'approved' AND counts"),
    )
    op.drop_table("allocation_step")
    op.drop_table("allocation_decision")
    for statement in _APPEND_ONLY:
        op.execute(statement)


# A line is sealed once; nothing else of it is ever changed.
_APPEND_ONLY = (
    """
    CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OF
        seq, allocation_id, step, quantity, by, reason, paid_on, counts, at ON allocation_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER sealed_once BEFORE UPDATE OF seal ON allocation_entry
    FOR EACH ROW WHEN (OLD.seal IS NOT NULL) EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER append_only_as_a_whole BEFORE TRUNCATE ON allocation_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON allocation_seal
    FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER append_only_as_a_whole BEFORE TRUNCATE ON allocation_seal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
)

"""A policy says its tiers, whether villages are treated alike, and when a promise is one; a second person adopts it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"

_STATED = (
    ("tiers", sa.ARRAY(sa.Integer()), "{1,4}"),
    ("fair_between_villages", sa.Boolean(), "false"),
    ("rerouted_until", sa.String(length=12), "contributed"),
    ("displaced_until", sa.String(length=12), "told"),
)
_HOLDS = {
    "thresholds": "approval_threshold_idr BETWEEN 0 AND second_person_threshold_idr",
    "cash_after_days": "cash_after_days >= 1",
    "rerouted_until": "rerouted_until IN ('reserved', 'contributed')",
    "displaced_until": "displaced_until IN ('reserved', 'told')",
}


def upgrade() -> None:
    for name, kind, default in _STATED:
        op.add_column("policy", sa.Column(name, kind, nullable=False, server_default=default))
    op.add_column("policy", sa.Column("drafted_by", sa.String(length=100), nullable=False, server_default=""))
    op.execute("UPDATE policy SET drafted_by = adopted_by")
    # Tiers by decile change nothing where the order begins with the decile; elsewhere all stays one order.
    op.execute("UPDATE policy SET tiers = '{}' WHERE need_order[1] <> 'decile'")
    # The days that a need waits are looked at before its verification, where nothing was matched by another order.
    op.execute("""
        UPDATE policy SET need_order = '{decile,score,urgency,waiting,verified_at}'
        WHERE version = 1 AND (SELECT count(*) FROM policy) = 1 AND NOT EXISTS (SELECT FROM allocation)
    """)
    for name in ("rerouted_until", "displaced_until"):
        op.create_check_constraint(f"ck_policy_{name}", "policy", _HOLDS[name])
    op.create_table(
        "policy_draft",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("one", sa.Boolean(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        *(sa.Column(name, kind, nullable=False, server_default=default) for name, kind, default in _STATED),
        sa.Column("need_order", sa.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column("approval_threshold_idr", sa.BigInteger(), nullable=False),
        sa.Column("second_person_threshold_idr", sa.BigInteger(), nullable=False),
        sa.Column("cash_after_days", sa.Integer(), nullable=True),
        sa.Column("drafted_by", sa.String(length=100), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effect", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint("one", name="ck_policy_draft_one"),
        *(sa.CheckConstraint(holds, name=f"ck_policy_draft_{name}") for name, holds in _HOLDS.items()),
        sa.ForeignKeyConstraint(["based_on"], ["policy.version"], name="fk_policy_draft_based_on"),
        sa.PrimaryKeyConstraint("number", name="pk_policy_draft"),
        sa.UniqueConstraint("one", name="uq_policy_draft_one"),
    )
    op.create_table(
        "village_share",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("desa", sa.String(length=13), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.CheckConstraint("share BETWEEN 0 AND 1000", name="ck_village_share_share"),
        sa.PrimaryKeyConstraint("day", "desa", name="pk_village_share"),
    )

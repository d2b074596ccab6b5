"""Needs, the policy, the copy of the pledges, allocations, what people say to them, and deliveries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "market_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("market", sa.String(length=97), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_market_change"),
    )
    op.create_table(
        "pledge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("stakeholder", sa.Uuid(), nullable=False),
        sa.Column("stakeholder_kind", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=True),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("market", sa.String(length=97), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("fund", sa.String(length=20), nullable=False),
        sa.Column("zakat", sa.Boolean(), nullable=False),
        sa.Column("strategy", sa.String(length=20), nullable=False),
        sa.Column("areas", sa.ARRAY(sa.String(length=13)), nullable=False),
        sa.Column("categories", sa.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column("attributes", sa.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column("max_decile", sa.Integer(), nullable=True),
        sa.Column("cap_per_household", sa.BigInteger(), nullable=True),
        sa.Column("minimum_grant", sa.BigInteger(), nullable=True),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("withheld", sa.BigInteger(), nullable=False),
        sa.Column("blocked_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint("status IN ('open', 'withdrawn', 'expired')", name="ck_pledge_status"),
        sa.CheckConstraint("used >= 0 AND withheld >= 0 AND quantity >= 0", name="ck_pledge_amounts"),
        sa.PrimaryKeyConstraint("id", name="pk_pledge"),
    )
    op.create_index(
        "ix_pledge_open", "pledge", ["market"], unique=False, postgresql_where=sa.text("status = 'open'")
    )
    op.create_table(
        "policy",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("need_order", sa.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column("approval_threshold_idr", sa.BigInteger(), nullable=False),
        sa.Column("second_person_threshold_idr", sa.BigInteger(), nullable=False),
        sa.Column("rerouted_until", sa.String(length=20), nullable=False),
        sa.Column("displaced_until", sa.String(length=20), nullable=False),
        sa.Column("cash_after_days", sa.Integer(), nullable=True),
        sa.Column("adopted_by", sa.String(length=100), nullable=False),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "approval_threshold_idr BETWEEN 0 AND second_person_threshold_idr", name="ck_policy_thresholds"
        ),
        sa.CheckConstraint("cash_after_days >= 1", name="ck_policy_cash_after_days"),
        sa.CheckConstraint("version >= 1", name="ck_policy_version"),
        sa.PrimaryKeyConstraint("version", name="pk_policy"),
    )
    op.create_table(
        "need",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=True),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("market", sa.String(length=97), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("value_idr", sa.BigInteger(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("indivisible", sa.Boolean(), nullable=False),
        sa.Column("covered", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.String(length=7),
            sa.Computed(
                "CASE WHEN closed_at IS NOT NULL THEN 'closed' WHEN covered >= quantity THEN 'covered' ELSE 'open' END",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("recorded_by", sa.String(length=100), nullable=False),
        sa.Column("moved_from", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_reason", sa.String(length=64), nullable=True),
        sa.Column("closed_note", sa.String(length=500), nullable=True),
        sa.Column("closed_by", sa.String(length=100), nullable=True),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("desa", sa.String(length=13), nullable=False),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_reason IS NULL)", name="ck_need_closed"),
        sa.CheckConstraint("covered BETWEEN 0 AND quantity", name="ck_need_covered"),
        sa.CheckConstraint("delivered BETWEEN 0 AND covered", name="ck_need_delivered"),
        sa.CheckConstraint("quantity >= 1", name="ck_need_quantity"),
        sa.CheckConstraint("urgency BETWEEN 1 AND 5", name="ck_need_urgency"),
        sa.CheckConstraint("value_idr >= 0", name="ck_need_value_idr"),
        sa.ForeignKeyConstraint(
            ["household_id", "desa"],
            ["household.id", "household.desa"],
            name="fk_need_household_id_desa",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["moved_from"], ["need.id"], name="fk_need_moved_from"),
        sa.PrimaryKeyConstraint("id", name="pk_need"),
    )
    op.create_index("ix_need_desa", "need", ["desa"], unique=False)
    op.create_index("ix_need_household_id", "need", ["household_id"], unique=False)
    op.create_index(
        "ix_need_unmet",
        "need",
        ["market"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL AND covered < quantity"),
    )
    op.create_index(
        "uq_need_open",
        "need",
        ["household_id", "category", "market"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "allocation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pledge_id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("contributed", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("household_held", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            sa.String(length=12),
            sa.Computed(
                "CASE WHEN (held OR household_held) AND stage IN ('proposed', 'reserved', 'contributed') THEN 'held' ELSE stage END",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "holding",
            sa.BigInteger(),
            sa.Computed(
                "CASE WHEN stage IN ('proposed', 'reserved', 'contributed') THEN quantity ELSE delivered END",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("approvals_needed", sa.Integer(), nullable=False),
        sa.Column("approvals", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.String(length=64), nullable=True),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("pledge_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("desa", sa.String(length=13), nullable=False),
        sa.CheckConstraint(
            "stage IN ('proposed', 'reserved', 'contributed', 'refused', 'vetoed', 'delivered', 'failed', 'released')",
            name="ck_allocation_stage",
        ),
        sa.CheckConstraint(
            "approvals >= 0 AND approvals_needed BETWEEN 0 AND 2", name="ck_allocation_approvals"
        ),
        sa.CheckConstraint("contributed BETWEEN 0 AND quantity", name="ck_allocation_contributed"),
        sa.CheckConstraint("delivered BETWEEN 0 AND contributed", name="ck_allocation_delivered"),
        sa.CheckConstraint("quantity >= 1", name="ck_allocation_quantity"),
        sa.ForeignKeyConstraint(
            ["household_id", "desa"],
            ["household.id", "household.desa"],
            name="fk_allocation_household_id_desa",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name="fk_allocation_need_id"),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledge.id"], name="fk_allocation_pledge_id"),
        sa.ForeignKeyConstraint(["policy_version"], ["policy.version"], name="fk_allocation_policy_version"),
        sa.PrimaryKeyConstraint("id", name="pk_allocation"),
    )
    op.create_index("ix_allocation_desa", "allocation", ["desa"], unique=False)
    op.create_index("ix_allocation_household_id", "allocation", ["household_id"], unique=False)
    op.create_index("ix_allocation_need", "allocation", ["need_id"], unique=False)
    op.create_index("ix_allocation_pledge", "allocation", ["pledge_id", "id"], unique=False)
    op.create_index("ix_allocation_status", "allocation", ["status", "id"], unique=False)
    op.create_index(
        "uq_allocation_proposed",
        "allocation",
        ["need_id", "pledge_id"],
        unique=True,
        postgresql_where=sa.text("stage = 'proposed'"),
    )
    op.create_table(
        "allocation_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("allocation_id", sa.Uuid(), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("decided_by", sa.String(length=100), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("decision IN ('approve', 'hold', 'veto')", name="ck_allocation_decision_decision"),
        sa.ForeignKeyConstraint(
            ["allocation_id"], ["allocation.id"], name="fk_allocation_decision_allocation_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_allocation_decision"),
    )
    op.create_index(
        "ix_allocation_decision_allocation_id", "allocation_decision", ["allocation_id"], unique=False
    )
    op.create_index(
        "uq_allocation_decision_approve",
        "allocation_decision",
        ["allocation_id", "decided_by"],
        unique=True,
        postgresql_where=sa.text("decision = 'approve' AND counts"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("allocation_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("desa", sa.String(length=13), nullable=False),
        sa.CheckConstraint("(outcome = 'failed') = (reason IS NOT NULL)", name="ck_delivery_reason"),
        sa.CheckConstraint("outcome IN ('delivered', 'failed')", name="ck_delivery_outcome"),
        sa.CheckConstraint("quantity >= 1", name="ck_delivery_quantity"),
        sa.ForeignKeyConstraint(["allocation_id"], ["allocation.id"], name="fk_delivery_allocation_id"),
        sa.ForeignKeyConstraint(
            ["household_id", "desa"],
            ["household.id", "household.desa"],
            name="fk_delivery_household_id_desa",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("recorded_by", "client_id", name="uq_delivery_recorded_by_client_id"),
    )
    op.create_index("ix_delivery_allocation_id", "delivery", ["allocation_id"], unique=False)
    op.create_index("ix_delivery_desa", "delivery", ["desa"], unique=False)
    op.create_index("ix_delivery_household_id", "delivery", ["household_id"], unique=False)

    # There is always a policy: the first one is that of the regency's published order.
    op.execute(
        """
        INSERT INTO policy (version, need_order, approval_threshold_idr, second_person_threshold_idr,
                            rerouted_until, displaced_until, adopted_by, adopted_at)
        VALUES (1, '{decile,score,urgency,verified_at}', 5000000, 20000000,
                'contributed', 'told', 'default', now())
        """
    )

"""The tables that every service has; stakeholders, pledges, what becomes of them, and the board's copy of needs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.tables import EXCHANGE, IDEMPOTENCY

revision = "0001"
down_revision = None


def upgrade() -> None:
    for statement in EXCHANGE + IDEMPOTENCY:
        op.execute(statement)
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(length=100), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column("area", sa.String(length=13), nullable=True),
        sa.Column("stakeholder", sa.Uuid(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_table(
        "board_household",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("desa", sa.String(length=13), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_household")),
    )
    op.create_table(
        "board_need",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("value_idr", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_board_need_quantity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_need")),
    )
    op.create_index(
        "ix_board_need_open",
        "board_need",
        ["household"],
        unique=False,
        postgresql_where=sa.text("NOT closed"),
    )
    op.create_table(
        "stakeholder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("about", sa.String(length=2000), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("suspended_because", sa.String(length=500), nullable=True),
        sa.Column("example", sa.Boolean(), nullable=False),
        sa.Column("submission", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'approved', 'suspended')", name=op.f("ck_stakeholder_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stakeholder")),
        sa.UniqueConstraint("submission", name=op.f("uq_stakeholder_submission")),
    )
    op.create_index("ix_stakeholder_status_id", "stakeholder", ["status", "id"], unique=False)
    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stakeholder_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("prefix", sa.String(length=32), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["stakeholder_id"], ["stakeholder.id"], name=op.f("fk_api_key_stakeholder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_key_secret_hash")),
    )
    op.create_index(op.f("ix_api_key_prefix"), "api_key", ["prefix"], unique=False)
    op.create_index(op.f("ix_api_key_stakeholder_id"), "api_key", ["stakeholder_id"], unique=False)
    op.create_table(
        "pledge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stakeholder_id", sa.Uuid(), nullable=False),
        sa.Column("stakeholder_kind", sa.String(length=20), nullable=False),
        sa.Column("resource_kind", sa.String(length=10), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=True),
        sa.Column("unit", sa.String(length=32), nullable=False),
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
        sa.Column("reference", sa.String(length=200), nullable=True),
        sa.Column("submission", sa.Uuid(), nullable=True),
        sa.Column("ended", sa.String(length=10), nullable=True),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.Column("contributed", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(resource_kind = 'cash') = (item IS NULL)", name=op.f("ck_pledge_item_unless_cash")
        ),
        sa.CheckConstraint("NOT zakat OR fund = 'zis'", name=op.f("ck_pledge_zakat_is_zis")),
        sa.CheckConstraint("ended IN ('withdrawn', 'expired')", name=op.f("ck_pledge_ended")),
        sa.CheckConstraint("contributed <= reserved + delivered", name=op.f("ck_pledge_not_overpaid")),
        sa.CheckConstraint("expires_on IS NULL OR opens_on <= expires_on", name=op.f("ck_pledge_window")),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_pledge_quantity")),
        sa.CheckConstraint("reserved + delivered <= quantity", name=op.f("ck_pledge_not_overdrawn")),
        sa.CheckConstraint(
            "reserved >= 0 AND contributed >= 0 AND delivered >= 0", name=op.f("ck_pledge_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["stakeholder_id"], ["stakeholder.id"], name=op.f("fk_pledge_stakeholder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge")),
        sa.UniqueConstraint("stakeholder_id", "reference", name=op.f("uq_pledge_stakeholder_id_reference")),
        sa.UniqueConstraint("stakeholder_id", "submission", name=op.f("uq_pledge_stakeholder_id_submission")),
    )
    op.create_index(
        "ix_pledge_running_out",
        "pledge",
        ["expires_on"],
        unique=False,
        postgresql_where=sa.text("ended IS NULL"),
    )
    op.create_index("ix_pledge_stakeholder_id_id", "pledge", ["stakeholder_id", "id"], unique=False)
    op.create_table(
        "allocation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stakeholder_id", sa.Uuid(), nullable=False),
        sa.Column("pledge_id", sa.Uuid(), nullable=False),
        sa.Column("need", sa.Uuid(), nullable=False),
        sa.Column("household", sa.Uuid(), nullable=False),
        sa.Column("desa", sa.String(length=13), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("stakeholder_kind", sa.String(length=20), nullable=False),
        sa.Column("fund", sa.String(length=20), nullable=False),
        sa.Column("strategy", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("value_idr", sa.BigInteger(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("why", sa.String(length=64), nullable=True),
        sa.Column("contributed", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("released", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('refused', 'vetoed', 'failed', 'released')", name=op.f("ck_allocation_outcome")
        ),
        sa.CheckConstraint(
            "standing IN ('payable', 'awaiting_approval', 'held')", name=op.f("ck_allocation_standing")
        ),
        sa.CheckConstraint("contributed + released <= quantity", name=op.f("ck_allocation_not_overpaid")),
        sa.CheckConstraint(
            "contributed >= 0 AND delivered >= 0 AND released >= 0", name=op.f("ck_allocation_not_negative")
        ),
        sa.CheckConstraint("delivered + released <= quantity", name=op.f("ck_allocation_not_overdrawn")),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_allocation_quantity")),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledge.id"], name=op.f("fk_allocation_pledge_id")),
        sa.ForeignKeyConstraint(
            ["stakeholder_id"], ["stakeholder.id"], name=op.f("fk_allocation_stakeholder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
    )
    op.create_index(op.f("ix_allocation_need"), "allocation", ["need"], unique=False)
    op.create_index(
        "ix_allocation_pledge_id_household", "allocation", ["pledge_id", "household"], unique=False
    )
    op.create_index("ix_allocation_pledge_id_id", "allocation", ["pledge_id", "id"], unique=False)
    op.create_index("ix_allocation_stakeholder_id_id", "allocation", ["stakeholder_id", "id"], unique=False)
    op.create_table(
        "timeline_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stakeholder_id", sa.Uuid(), nullable=False),
        sa.Column("pledge_id", sa.Uuid(), nullable=False),
        sa.Column("allocation_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledge.id"], name=op.f("fk_timeline_entry_pledge_id")),
        sa.ForeignKeyConstraint(
            ["stakeholder_id"], ["stakeholder.id"], name=op.f("fk_timeline_entry_stakeholder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline_entry")),
    )
    op.create_index("ix_timeline_entry_pledge_id_id", "timeline_entry", ["pledge_id", "id"], unique=False)
    op.create_table(
        "contribution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stakeholder_id", sa.Uuid(), nullable=False),
        sa.Column("pledge_id", sa.Uuid(), nullable=False),
        sa.Column("allocation_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("submission", sa.Uuid(), nullable=True),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_contribution_quantity")),
        sa.ForeignKeyConstraint(
            ["allocation_id"], ["allocation.id"], name=op.f("fk_contribution_allocation_id")
        ),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledge.id"], name=op.f("fk_contribution_pledge_id")),
        sa.ForeignKeyConstraint(
            ["stakeholder_id"], ["stakeholder.id"], name=op.f("fk_contribution_stakeholder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution")),
        sa.UniqueConstraint(
            "allocation_id", "reference", name=op.f("uq_contribution_allocation_id_reference")
        ),
        sa.UniqueConstraint(
            "allocation_id", "submission", name=op.f("uq_contribution_allocation_id_submission")
        ),
    )
    op.create_index(op.f("ix_contribution_pledge_id"), "contribution", ["pledge_id"], unique=False)
    op.create_index(
        "ix_contribution_stakeholder_id_id", "contribution", ["stakeholder_id", "id"], unique=False
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("serial", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("stakeholder_id", sa.Uuid(), nullable=False),
        sa.Column("pledge_id", sa.Uuid(), nullable=False),
        sa.Column("allocation_id", sa.Uuid(), nullable=False),
        sa.Column("delivery", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=True),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("desa", sa.String(length=13), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_receipt_quantity")),
        sa.ForeignKeyConstraint(["allocation_id"], ["allocation.id"], name=op.f("fk_receipt_allocation_id")),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledge.id"], name=op.f("fk_receipt_pledge_id")),
        sa.ForeignKeyConstraint(
            ["stakeholder_id"], ["stakeholder.id"], name=op.f("fk_receipt_stakeholder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("delivery", name=op.f("uq_receipt_delivery")),
        sa.UniqueConstraint("serial", name=op.f("uq_receipt_serial")),
    )
    op.create_index(op.f("ix_receipt_allocation_id"), "receipt", ["allocation_id"], unique=False)
    op.create_index(op.f("ix_receipt_pledge_id"), "receipt", ["pledge_id"], unique=False)
    op.create_index("ix_receipt_stakeholder_id_id", "receipt", ["stakeholder_id", "id"], unique=False)

"""The tables that every service has, the accounts, and the registry."""

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
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("username", name="uq_account_username"),
    )
    op.create_table(
        "household",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("decile", sa.Integer(), nullable=False),
        sa.Column("decile_source", sa.String(length=10), nullable=False),
        sa.Column("decile_vintage", sa.String(length=40), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("score_version", sa.String(length=10), nullable=False),
        sa.Column("score_parts", postgresql.JSONB(), nullable=False),
        sa.Column("attributes", sa.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("ages", postgresql.JSONB(), nullable=False),
        sa.Column("housing", postgresql.JSONB(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("registered_by", sa.String(length=100), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("desa", sa.String(length=13), nullable=False),
        sa.CheckConstraint(
            "status <> 'verified' OR (verified_at IS NOT NULL AND valid_until IS NOT NULL)",
            name="ck_household_verified",
        ),
        sa.CheckConstraint(
            "status IN ('registered', 'verified', 'rejected', 'lapsed', 'graduated')",
            name="ck_household_status",
        ),
        sa.CheckConstraint("decile BETWEEN 1 AND 10", name="ck_household_decile"),
        sa.CheckConstraint("people > 0", name="ck_household_people"),
        sa.CheckConstraint("score BETWEEN 0 AND 1000", name="ck_household_score"),
        sa.PrimaryKeyConstraint("id", name="pk_household"),
        sa.UniqueConstraint("id", "desa", name="uq_household_id_desa"),
    )
    op.create_index("ix_household_desa", "household", ["desa"], unique=False)
    op.create_index("ix_household_status_id", "household", ["status", "id"], unique=False)
    op.create_table(
        "family_card",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("desa", sa.String(length=13), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id", "desa"],
            ["household.id", "household.desa"],
            name="fk_family_card_household_id_desa",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_family_card"),
    )
    op.create_index("ix_family_card_desa", "family_card", ["desa"], unique=False)
    op.create_index("ix_family_card_household_id", "family_card", ["household_id"], unique=False)
    op.create_index(
        "uq_family_card_household_id",
        "family_card",
        ["household_id"],
        unique=True,
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.create_index(
        "uq_family_card_number_index",
        "family_card",
        ["number_index"],
        unique=True,
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.create_table(
        "member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("nik", sa.LargeBinary(), nullable=False),
        sa.Column("nik_index", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=False),
        sa.Column("sex", sa.String(length=6), nullable=False),
        sa.Column("relation", sa.String(length=12), nullable=False),
        sa.Column("attributes", sa.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column("warnings", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("desa", sa.String(length=13), nullable=False),
        sa.CheckConstraint("sex IN ('male', 'female')", name="ck_member_sex"),
        sa.ForeignKeyConstraint(
            ["household_id", "desa"],
            ["household.id", "household.desa"],
            name="fk_member_household_id_desa",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_member"),
        sa.UniqueConstraint("nik_index", name="uq_member_nik_index"),
    )
    op.create_index("ix_member_desa", "member", ["desa"], unique=False)
    op.create_index("ix_member_household_id", "member", ["household_id"], unique=False)
    op.create_index(
        "uq_member_head",
        "member",
        ["household_id"],
        unique=True,
        postgresql_where=sa.text("relation = 'head'"),
    )

"""The tables that every service has, the accounts, and what the registry, verification, imports and audit keep."""

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
        "audit_entry",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("request_id", sa.String(length=128), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_entry"),
        sa.UniqueConstraint("id", name="uq_audit_entry_id"),
    )
    op.create_index("ix_audit_entry_household_id_id", "audit_entry", ["household_id", "id"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_audit_head_one"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
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
        "import_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("area", sa.String(length=13), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'running', 'finished')", name="ck_import_job_state"),
        sa.CheckConstraint("done BETWEEN 0 AND total", name="ck_import_job_done"),
        sa.PrimaryKeyConstraint("id", name="pk_import_job"),
    )
    op.create_index(
        "ix_import_job_waiting",
        "import_job",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state <> 'finished'"),
    )
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
        "hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("held_by", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by", sa.String(length=100), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("release_reason", sa.String(length=1000), nullable=True),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("desa", sa.String(length=13), nullable=False),
        sa.CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="ck_hold_released"),
        sa.ForeignKeyConstraint(
            ["household_id", "desa"],
            ["household.id", "household.desa"],
            name="fk_hold_household_id_desa",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_hold"),
    )
    op.create_index("ix_hold_desa", "hold", ["desa"], unique=False)
    op.create_index("ix_hold_household_id", "hold", ["household_id"], unique=False)
    op.create_index(
        "uq_hold_open", "hold", ["household_id"], unique=True, postgresql_where=sa.text("released_at IS NULL")
    )
    op.create_table(
        "import_row",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("family", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("reasons", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('created', 'updated', 'unchanged', 'duplicate', 'invalid')",
            name="ck_import_row_outcome",
        ),
        sa.CheckConstraint("outcome IS NULL OR payload IS NULL", name="ck_import_row_purged"),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_job.id"], name="fk_import_row_import_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_import_row"),
    )
    op.create_index(
        "ix_import_row_import_id_outcome_id", "import_row", ["import_id", "outcome", "id"], unique=False
    )
    op.create_index(
        "ix_import_row_waiting",
        "import_row",
        ["import_id", "family", "line"],
        unique=False,
        postgresql_where=sa.text("outcome IS NULL"),
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
    op.create_table(
        "visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("assigned_by", sa.String(length=100), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("client_id", sa.String(length=100), nullable=True),
        sa.Column("visited_by", sa.String(length=100), nullable=True),
        sa.Column("visited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("form_version", sa.String(length=10), nullable=True),
        sa.Column("answers", postgresql.JSONB(), nullable=True),
        sa.Column("needs_recorded", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("desa", sa.String(length=13), nullable=False),
        sa.CheckConstraint(
            "(status = 'completed') = (outcome IS NOT NULL AND visited_at IS NOT NULL AND visited_by IS NOT NULL AND client_id IS NOT NULL AND completed_at IS NOT NULL)",
            name="ck_visit_completed",
        ),
        sa.CheckConstraint("outcome IN ('found', 'not_found', 'moved', 'deceased')", name="ck_visit_outcome"),
        sa.CheckConstraint("status IN ('assigned', 'completed')", name="ck_visit_status"),
        sa.ForeignKeyConstraint(
            ["household_id", "desa"],
            ["household.id", "household.desa"],
            name="fk_visit_household_id_desa",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_visit"),
        sa.UniqueConstraint("client_id", name="uq_visit_client_id"),
    )
    op.create_index("ix_visit_desa", "visit", ["desa"], unique=False)
    op.create_index("ix_visit_household_id", "visit", ["household_id"], unique=False)
    op.create_index("ix_visit_status_id", "visit", ["status", "id"], unique=False)
    op.create_index(
        "uq_visit_open",
        "visit",
        ["household_id"],
        unique=True,
        postgresql_where=sa.text("status = 'assigned'"),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("desa", sa.String(length=13), nullable=False),
        sa.CheckConstraint(
            "(decision = 'verify') = (valid_until IS NOT NULL)", name="ck_decision_valid_until"
        ),
        sa.CheckConstraint("decision IN ('verify', 'reject', 'graduate')", name="ck_decision_decision"),
        sa.ForeignKeyConstraint(
            ["household_id", "desa"],
            ["household.id", "household.desa"],
            name="fk_decision_household_id_desa",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_decision_visit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
        sa.UniqueConstraint("visit_id", name="uq_decision_visit_id"),
    )
    op.create_index("ix_decision_desa", "decision", ["desa"], unique=False)
    op.create_index("ix_decision_household_id", "decision", ["household_id"], unique=False)
    op.execute("INSERT INTO audit_head (id, seq, digest) VALUES (1, 0, decode(repeat('00', 32), 'hex'))")
    for statement in APPEND_ONLY:
        op.execute(statement)


APPEND_ONLY = (
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER append_only_as_a_whole BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
)

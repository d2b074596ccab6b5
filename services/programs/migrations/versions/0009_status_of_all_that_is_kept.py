"""The status of an allocation says how far all that is kept of it has come, in both services alike."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.drop_index("ix_allocation_status", "allocation")
    op.drop_column("allocation", "status")
    op.drop_column("allocation", "holding")
    # The first migrations' names were prefixed once more by the naming convention.
    op.execute("ALTER TABLE allocation DROP CONSTRAINT ck_allocation_ck_allocation_stage")
    # What was paid in part or in whole is told by the amounts alone.
    op.execute("UPDATE allocation SET stage = 'reserved' WHERE stage = 'contributed'")
    op.create_check_constraint(
        op.f("ck_allocation_stage"),
        "allocation",
        "stage IN ('proposed', 'reserved', 'refused', 'vetoed', 'delivered', 'failed', 'released')",
    )
    op.execute("""
        ALTER TABLE allocation
        ADD COLUMN status varchar(12) NOT NULL GENERATED ALWAYS AS (
            CASE WHEN stage NOT IN ('proposed', 'reserved') AND delivered > 0 THEN 'delivered'
                 WHEN stage IN ('proposed', 'reserved') AND (held OR household_held) THEN 'held'
                 WHEN stage IN ('proposed', 'reserved') AND contributed = quantity THEN 'contributed'
                 ELSE stage END
        ) STORED,
        ADD COLUMN holding bigint NOT NULL GENERATED ALWAYS AS (
            CASE WHEN stage IN ('proposed', 'reserved') THEN quantity ELSE delivered END
        ) STORED
    """)
    op.create_index("ix_allocation_status", "allocation", ["status", "id"])

"""The order in which allocations arrived, by which they are listed: their ids were made elsewhere."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("ALTER TABLE allocation ADD COLUMN arrival bigint")
    op.execute("""
        UPDATE allocation SET arrival = arrived.place
        FROM (SELECT id, row_number() OVER (ORDER BY created_at, id) AS place FROM allocation) AS arrived
        WHERE arrived.id = allocation.id
    """)
    op.execute("ALTER TABLE allocation ALTER COLUMN arrival SET NOT NULL")
    op.execute("ALTER TABLE allocation ALTER COLUMN arrival ADD GENERATED ALWAYS AS IDENTITY")
    op.execute("""
        SELECT setval(pg_get_serial_sequence('allocation', 'arrival'), coalesce(max(arrival), 0) + 1, false)
        FROM allocation
    """)
    op.create_unique_constraint("uq_allocation_arrival", "allocation", ["arrival"])
    for owner in ("stakeholder_id", "pledge_id"):
        op.create_index(f"ix_allocation_{owner}_arrival", "allocation", [owner, "arrival"])
        op.drop_index(f"ix_allocation_{owner}_id", "allocation")

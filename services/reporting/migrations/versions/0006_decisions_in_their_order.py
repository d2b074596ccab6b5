"""Which event said what was decided last of a household or a need. Wants a rebuild."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    for table, names in (("household", ("status_in", "held_in")), ("need", ("recorded_in", "closed_in"))):
        columns = ", ".join(f"ADD COLUMN {name} bigint NOT NULL DEFAULT -1" for name in names)
        op.execute(f"ALTER TABLE {table} {columns}")

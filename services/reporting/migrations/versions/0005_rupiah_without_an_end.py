"""The rupiah of all pledges and allocations together may be more than bigint holds."""

from alembic import op

revision = "0005"
down_revision = "0004"

_FIGURES = "pledged_idr", "reserved_idr", "contributed_idr", "delivered_idr"


def upgrade() -> None:
    changes = ", ".join(f"ALTER COLUMN {name} TYPE numeric" for name in _FIGURES)
    for table in ("area_figures", "funding", "change"):
        op.execute(f"ALTER TABLE {table} {changes}")

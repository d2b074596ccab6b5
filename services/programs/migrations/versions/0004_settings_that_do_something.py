"""The policy keeps no settings of rerouting and displacing: what is allocated is never moved."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.drop_column("policy", "rerouted_until")
    op.drop_column("policy", "displaced_until")

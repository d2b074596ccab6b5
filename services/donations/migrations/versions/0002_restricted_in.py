"""The version in which a pledge's restrictions became what they are."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("pledge", sa.Column("restricted_in", sa.Integer(), nullable=True))
    # What was changed when is not known: what was proposed before today is asked for anew.
    op.execute("UPDATE pledge SET restricted_in = version")
    op.alter_column("pledge", "restricted_in", nullable=False)

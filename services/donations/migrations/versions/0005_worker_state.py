"""Workers tell how the exchange stands, so that `/readyz` can say it."""

from alembic import op

from shared.tables import WORKER_STATE

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    for statement in WORKER_STATE:
        op.execute(statement)

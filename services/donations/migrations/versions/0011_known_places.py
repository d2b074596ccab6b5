"""From where who has signed in: known to every web process, and after a restart."""

from alembic import op

from shared.tables import SIGN_IN

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    for statement in SIGN_IN:
        op.execute(statement)

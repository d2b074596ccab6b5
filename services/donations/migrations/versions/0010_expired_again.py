"""What expired before unpaid allocations were released then expires once more, and gives them back."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute(
        """
        UPDATE pledge SET ended = NULL
        WHERE ended = 'expired' AND EXISTS (
            SELECT FROM allocation
            WHERE pledge_id = pledge.id AND quantity - released > greatest(contributed, delivered)
        )
        """
    )

"""What was put aside is known: its second copy must not take effect before its letter is handed back."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    # A new database has it from its first migration on.
    op.execute("ALTER TABLE inbox ADD COLUMN IF NOT EXISTS aside boolean NOT NULL DEFAULT false")

"""Graduation and removal told apart, when a household was reached, and holds. Wants a rebuild."""

from alembic import op

revision = "0004"
down_revision = "0003"


def _sums(*names: str) -> str:
    return ", ".join(f"ADD COLUMN {name} bigint NOT NULL DEFAULT 0" for name in names)


def upgrade() -> None:
    op.execute("""
        ALTER TABLE household
            ADD COLUMN held boolean NOT NULL DEFAULT false,
            ADD COLUMN reached_at timestamptz
    """)
    off_the_list = "graduated_people", "removed", "removed_people"
    op.execute(f"ALTER TABLE area_figures {_sums(*off_the_list)}")
    op.execute(f"ALTER TABLE change {_sums('reached', *off_the_list)}")

"""Which event said what the board knows of a household or a need."""

from alembic import op

revision = "0008"
down_revision = "0007"

_OFFSETS = {
    "board_household": ("desa_in", "verified_in", "held_in"),
    "board_need": ("recorded_in", "closed_in"),
}


def upgrade() -> None:
    # Below every offset: of what is here already, the next event is the later one.
    for table, names in _OFFSETS.items():
        columns = ", ".join(f"ADD COLUMN {name} bigint NOT NULL DEFAULT -1" for name in names)
        op.execute(f"ALTER TABLE {table} {columns}")
    op.drop_constraint(op.f("ck_board_need_quantity"), "board_need")
    op.create_check_constraint(
        op.f("ck_board_need_quantity"), "board_need", "quantity >= 1 OR closed AND quantity = 0"
    )

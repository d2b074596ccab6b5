"""What was paid stays paid: a pledge has it in hand where the allocation that it was paid for was released."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_BALANCES = (
    ("not_overdrawn", "reserved + delivered + in_hand <= quantity"),
    ("not_overpaid", "contributed - in_hand <= reserved + delivered"),
    ("in_hand", "in_hand BETWEEN 0 AND contributed"),
)

# What was paid and is with no allocation any more left the figures until now. Where a donor was asked
# twice it is more than there is room for in the pledge; the contributions still tell all of it.
_FIND_IN_HAND = """
    UPDATE pledge
    SET in_hand = lost.quantity, contributed = pledge.contributed + lost.quantity
    FROM (
        SELECT pledge.id,
            greatest(0, least(sum(contribution.quantity) - pledge.contributed,
                              pledge.quantity - pledge.reserved - pledge.delivered)) AS quantity
        FROM pledge JOIN contribution ON contribution.pledge_id = pledge.id
        GROUP BY pledge.id
    ) AS lost
    WHERE lost.id = pledge.id AND lost.quantity > 0
"""

# The latest go first, as they do from now on.
_FIND_RELEASED = """
    UPDATE contribution
    SET released = least(contribution.quantity, greatest(0, latest.so_far - latest.kept))
    FROM (
        SELECT contribution.id, allocation.contributed AS kept,
            sum(contribution.quantity) OVER (
                PARTITION BY contribution.allocation_id ORDER BY contribution.id
            ) AS so_far
        FROM contribution JOIN allocation ON allocation.id = contribution.allocation_id
    ) AS latest
    WHERE latest.id = contribution.id
"""


def upgrade() -> None:
    zero, no = sa.text("0"), sa.text("false")
    op.add_column("pledge", sa.Column("in_hand", sa.BigInteger(), nullable=False, server_default=zero))
    op.add_column("contribution", sa.Column("released", sa.BigInteger(), nullable=False, server_default=zero))
    op.add_column("contribution", sa.Column("carried_over", sa.Boolean(), nullable=False, server_default=no))
    for name in ("not_overdrawn", "not_overpaid"):
        op.drop_constraint(op.f(f"ck_pledge_{name}"), "pledge", type_="check")
    op.execute(_FIND_IN_HAND)
    op.execute(_FIND_RELEASED)
    for table, column in (("pledge", "in_hand"), ("contribution", "released"), ("contribution", "carried_over")):
        op.alter_column(table, column, server_default=None)
    for name, rule in _BALANCES:
        op.create_check_constraint(op.f(f"ck_pledge_{name}"), "pledge", rule)
    op.create_check_constraint(
        op.f("ck_contribution_released"), "contribution", "released BETWEEN 0 AND quantity"
    )

"""A pledge keeps what a unit was worth when it was made."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

# The catalogue's prices up to here: by them every value was told.
_PRICES = {
    "rice": 14_000,
    "food_parcel": 250_000,
    "nutrition_pack": 120_000,
    "school_kit": 350_000,
    "wheelchair": 1_800_000,
    "roof_sheet": 65_000,
    "latrine_set": 2_500_000,
    "solar_lamp": 300_000,
    "training_seat": 1_500_000,
    "health_check": 150_000,
    "legal_aid_hour": 100_000,
    "job_placement": 2_000_000,
}


def upgrade() -> None:
    op.add_column("pledge", sa.Column("price_idr", sa.BigInteger(), nullable=True))
    op.execute(
        sa.text(
            "UPDATE pledge SET price_idr = coalesce(CAST(CAST(:prices AS jsonb) ->> item AS bigint), 1)"
        ).bindparams(sa.bindparam("prices", _PRICES, sa.JSON()))
    )
    op.alter_column("pledge", "price_idr", nullable=False)
    op.create_check_constraint(op.f("ck_pledge_price_idr"), "pledge", "price_idr >= 1")

"""The needs of households that were rejected are closed, as a rejection closes them from now on."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    # Told in the statement that closes them, so that readers of the events know as much as this database.
    op.execute("""
        WITH closed AS (
            UPDATE need SET closed_at = now(), closed_reason = 'household_rejected'
            FROM household
            WHERE household.id = need.household_id AND household.status = 'rejected' AND need.closed_at IS NULL
            RETURNING need.id, need.household_id, need.desa, need.category, need.delivered
        )
        INSERT INTO outbox (id, topic, key, type, headers, value, created_at)
        SELECT
            gen_random_uuid(), 'helix.programs', household_id::text, 'id.helix.programs.need-closed.v1',
            json_build_object('correlationid', household_id),
            convert_to(json_build_object(
                'category', category, 'delivered', delivered, 'desa', desa, 'household', household_id,
                'need', id, 'reason', 'household_rejected'
            )::text, 'UTF8'),
            now()
        FROM closed
        ORDER BY id
    """)

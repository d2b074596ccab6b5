"""What was answered at a visit is sealed, as who lives there is."""

import json

import sqlalchemy as sa
from alembic import op

from services.programs.vault import vault_of
from shared.settings import load

revision = "0012"
down_revision = "0011"

_AT_ONCE = 500


def upgrade() -> None:
    op.alter_column("visit", "answers", new_column_name="plain")
    op.add_column("visit", sa.Column("answers", sa.LargeBinary(), nullable=True))
    _seal_all(op.get_bind())
    op.drop_column("visit", "plain")


def _seal_all(connection: sa.Connection) -> None:
    # In order of the ids, some at a time: a regency has tens of thousands of visits.
    after = "00000000-0000-0000-0000-000000000000"
    while rows := connection.execute(
        sa.text("SELECT id, plain FROM visit WHERE plain IS NOT NULL AND id > :after ORDER BY id LIMIT :most"),
        {"after": after, "most": _AT_ONCE},
    ).all():
        vault = vault_of(load("programs"))
        connection.execute(
            sa.text("UPDATE visit SET answers = :sealed WHERE id = :id"),
            [{"id": row.id, "sealed": vault.seal(row.id, "answers", json.dumps(row.plain))} for row in rows],
        )
        after = rows[-1].id

"""One Alembic history for each service; this runs it, and is what each history's `env.py` calls."""

from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import MetaData, create_engine, pool, text

from shared.database import sqlalchemy_url

_TAKE_TURN = text("SELECT pg_advisory_xact_lock(hashtext('helix migrations'))")

# A migration gives up after a second rather than make every request wait behind its lock.
_PATIENCE = text("SET LOCAL lock_timeout = '1s'")


def upgrade(database_url: str, folder: Path) -> None:
    """Bring a service's database to the newest version of its history."""
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["database_url"] = database_url
    command.upgrade(config, "head")


def run(metadata: MetaData) -> None:
    """Run the pending migrations in one transaction; two runs at once take turns."""
    url = sqlalchemy_url(context.config.attributes["database_url"])
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(_TAKE_TURN)
        connection.execute(_PATIENCE)
        context.configure(connection=connection, target_metadata=metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()

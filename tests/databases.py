"""Databases that come and go with a test, and what goes on in them."""

import time

import psycopg
from psycopg import sql
from sqlalchemy import Engine, text

from helix.local.postgres import Postgres


def copy_database(server: Postgres, template: str, name: str) -> str:
    """Make a database as a copy of one that nobody is connected to; return its URL."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    return server.url(name)


def drop_database(server: Postgres, name: str) -> None:
    """Drop the database, with those connected to it."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def is_empty(url: str) -> bool:
    """Tell whether a database holds no table."""
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1").fetchone()
        return found is None


_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def waiting_for_locks(engine: Engine) -> int:
    """Return how many in the database wait for somebody's lock; each look is a transaction of its own.

    PostgreSQL tells one transaction the same activity for as long as it lasts.
    """
    with engine.connect() as onlooker:
        waiting: int = onlooker.scalar(_WAITING)
        return waiting


def until_locks_are_waited_for(engine: Engine, by: int = 1, seconds: float = 20) -> None:
    """Return once so many in the database wait for somebody's lock; raise if they don't."""
    deadline = time.monotonic() + seconds
    while waiting_for_locks(engine) < by:
        assert time.monotonic() < deadline, (
            f"they do not wait for a lock: {waiting_for_locks(engine)} of {by}"
        )
        time.sleep(0.01)

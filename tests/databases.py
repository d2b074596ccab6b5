"""Databases that come and go with a test."""

import psycopg
from psycopg import sql

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

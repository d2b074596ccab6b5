"""A database as it was: what was changed in it since, and back to it."""

from types import TracebackType

import psycopg
from psycopg import sql

_COLUMNS = """
    SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position)
    FROM information_schema.columns
    WHERE table_schema = 'public' AND is_generated = 'NEVER'
    GROUP BY table_name ORDER BY table_name
"""


class Kept:
    """Remembers every row of every table at once; tells which tables differ, and makes them as they were.

    No trigger and no foreign key is asked: a log that refuses to be shortened is shortened too.
    """

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute("SET session_replication_role = replica")
        self._columns: dict[str, list[str]] = dict(self._connection.execute(_COLUMNS).fetchall())
        self._connection.execute("CREATE SCHEMA kept")
        for table, columns in self._columns.items():
            self._run("CREATE TABLE kept.{} AS SELECT {} FROM public.{}", table, columns, table)
        self._digests = self._digest()

    def __enter__(self) -> "Kept":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def changed(self) -> set[str]:
        """Return the tables in which something is not as it was."""
        now = self._digest()
        return {table for table, digest in now.items() if digest != self._digests[table]}

    def restore(self) -> set[str]:
        """Make everything as it was; return the tables in which something was not."""
        changed = self.changed()
        for table in changed:
            columns = self._columns[table]
            self._run("DELETE FROM public.{}", table)
            self._run(
                "INSERT INTO public.{} ({}) OVERRIDING SYSTEM VALUE SELECT * FROM kept.{}",
                table,
                columns,
                table,
            )
        return changed

    def _digest(self) -> dict[str, str]:
        each = [
            sql.SQL(
                "SELECT {}, md5(coalesce(string_agg(row::text, chr(10) ORDER BY row::text), '')) FROM {} row"
            ).format(sql.Literal(table), sql.Identifier("public", table))
            for table in self._columns
        ]
        return dict(self._connection.execute(sql.SQL(" UNION ALL ").join(each)).fetchall())

    def _run(self, statement: str, *names: str | list[str]) -> None:
        parts = [
            sql.Identifier(name) if isinstance(name, str) else sql.SQL(", ").join(map(sql.Identifier, name))
            for name in names
        ]
        self._connection.execute(sql.SQL(statement).format(*parts))

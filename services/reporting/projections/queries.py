"""How facts are read and written, and sums added to: one statement for a whole batch, in order of key."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.reporting.database import db
from services.reporting.facts.domain import Fact, Household, Need, Pledge
from services.reporting.projections.models import Applied
from shared import clock
from shared.database import AnySession


def load_and_lock(
    session: Session, table: str, kind: type[Fact], identities: Collection[UUID]
) -> dict[UUID, Fact]:
    """Return the facts of all of these ids, locked; those not heard of before are made first.

    Making them first matters: two workers that both found nothing would both fold from nothing.
    """
    if not identities:
        return {}
    # One text, because the driver takes its time over every element of a list.
    wanted = {"ids": "{" + ",".join(sorted([identity.hex for identity in identities])) + "}"}
    columns = ", ".join(kind.__struct_fields__)
    session.execute(
        text(f"INSERT INTO {table} (id) SELECT unnest(CAST(:ids AS uuid[])) ON CONFLICT DO NOTHING"),
        wanted,
    )
    rows = session.execute(
        text(f"SELECT {columns} FROM {table} WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE"),  # noqa: S608
        wanted,
    )
    return {row[0]: kind(*row) for row in rows}


def save(session: Session, table: str, facts: Iterable[Household | Need | Pledge]) -> None:
    """Write facts that were loaded before."""
    found = list(facts)
    if not found:
        return
    columns = [name for name in found[0].__struct_fields__ if name != "id"]
    changes = ", ".join(f"{name} = new.{name}" for name in columns)
    session.execute(
        text(
            f"UPDATE {table} SET {changes}"  # noqa: S608 - the names are those of our own structs
            f" FROM json_populate_recordset(NULL::{table}, CAST(:rows AS json)) AS new WHERE {table}.id = new.id"
        ),
        {"rows": msgspec.json.encode(found).decode()},
    )


def add_to(
    session: Session, table: str, keys: tuple[str, ...], sums: Mapping[tuple[Any, ...], Mapping[str, int]]
) -> None:
    """Add to a table of sums; places that nothing is added to are not touched."""
    columns = [column for column in _columns(table) if column not in keys]
    rows = [
        dict(zip(keys, place, strict=True)) | {name: sums[place].get(name, 0) for name in columns}
        for place in sorted(sums)
        if any(sums[place].values())
    ]
    if not rows:
        return
    names = ", ".join([*keys, *columns])
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in columns)
    session.execute(
        text(
            f"INSERT INTO {table} ({names}) SELECT {names}"  # noqa: S608 - the names are those of our own models
            f" FROM json_populate_recordset(NULL::{table}, CAST(:rows AS json))"
            f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {added}"
        ),
        {"rows": msgspec.json.encode(rows).decode()},
    )


def find_position(session: AnySession) -> Applied | None:
    """Return how far the tables are; None before the first event."""
    return session.get(Applied, True, populate_existing=True)


def current_tag() -> str:
    """Return what tells the present figures from those before; waiting days grow with the day, too.

    It is asked first in a request: whatever the request then reads is of the same state, so that two
    figures of one answer never differ by an event that came in between.
    """
    db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    position = find_position(db.session)
    return f"{position.version if position else 0}-{clock.today():%Y%m%d}"


def _columns(table: str) -> list[str]:
    return [column.name for column in db.metadata.tables[table].columns]

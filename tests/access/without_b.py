"""The same world, in which B never was."""

import psycopg

from tests.access.callers import AREAS

_OWNED = ("api_key", "allocation", "contribution", "pledge", "receipt", "timeline_entry")
_LYING = ("delivery", "decision", "family_card", "hold", "member", "need", "visit", "visit_draft")
_LIES = "desa LIKE %(area)s || '.%%'"
_STATEMENTS: dict[str, list[str]] = {
    "donations": [
        *(f"DELETE FROM {table} WHERE stakeholder_id = %(owner)s" for table in _OWNED),  # noqa: S608
        "DELETE FROM stakeholder WHERE id = %(owner)s",
    ],
    "programs": [
        f"DELETE FROM audit_entry WHERE household_id IN (SELECT id FROM household WHERE {_LIES})",  # noqa: S608
        *(
            f"DELETE FROM {table} WHERE allocation_id IN (SELECT id FROM allocation WHERE {_LIES})"  # noqa: S608
            for table in ("allocation_entry",)
        ),
        *(f"DELETE FROM {table} WHERE {_LIES}" for table in ("allocation", *_LYING, "household")),  # noqa: S608
        "DELETE FROM import_row WHERE import_id IN (SELECT id FROM import_job WHERE area = %(area)s)",
        "DELETE FROM import_job WHERE area = %(area)s",
    ],
    "reporting": [],
}


def leave_alone(url: str, service: str, of_b: dict[str, str]) -> None:
    """Take out of a copy of a database all that belongs to B, or lies in its area."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in _STATEMENTS[service]:
            connection.execute(statement.encode(), {"owner": of_b["stakeholder"], "area": AREAS["B"]})

"""The audit log can be added to, and nothing else."""

from collections.abc import Callable

import pytest
from click.testing import Result
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.programs.audit.operations import record, record_each
from services.programs.audit.queries import first_broken_line
from services.programs.database import db
from shared.ids import new_id
from tests.programs.people import Office

KEY = bytes.fromhex("33" * 32)


def _broken(office: Office) -> tuple[int, int | None]:
    with office.app.app_context():
        return first_broken_line(db.session, KEY)


def _tamper(office: Office, statement: str) -> None:
    """Change the log as somebody with every right to the database would."""
    with office.app.app_context():
        db.session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
        db.session.execute(text(statement))
        db.session.commit()


@pytest.fixture
def filled(office: Office) -> Office:
    with office.app.app_context():
        record_each(db.session, "household.read", [new_id(), new_id()], why="api")
        record(db.session, "import.started", None)
        db.session.commit()
    return office


def test_an_untouched_log_holds(filled: Office) -> None:
    assert _broken(filled) == (3, None)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"],
)
def test_the_database_refuses_to_change_it(filled: Office, statement: str) -> None:
    with filled.app.app_context(), pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit_entry SET actor = 'x' WHERE seq = 2", (1, 2)),
        ("DELETE FROM audit_entry WHERE seq = 1", (0, 1)),
        ("DELETE FROM audit_entry WHERE seq = 3", (2, 3)),
        ("UPDATE audit_entry SET seq = 4 WHERE seq = 3", (2, 3)),
    ],
    ids=["a line changed", "the first removed", "the last removed", "a gap"],
)
def test_a_change_past_the_database_is_found(filled: Office, statement: str, broken: tuple[int, int]) -> None:
    _tamper(filled, statement)
    assert _broken(filled) == broken


def test_the_command_says_whether_it_holds(filled: Office, run: Callable[..., Result]) -> None:
    found = run("audit", "verify")
    assert (found.exit_code, found.output) == (0, "All 3 lines hold.\n")
    _tamper(filled, "UPDATE audit_entry SET why = 'x' WHERE seq = 1")
    found = run("audit", "verify")
    assert found.exit_code == 1
    assert "line 1" in found.output


def test_only_auditors_read_it(office: Office) -> None:
    assert office.get("/v1/audit", office.auditor).status_code == 200
    for who in (office.verifier, office.approver, office.planner, office.tksk):
        assert office.get("/v1/audit", who).status_code == 403


def test_an_auditor_of_one_area_reads_of_its_households_alone(office: Office) -> None:
    here, there = office.register(), office.register(desa="35.17.02.2001")
    local = office.bearer(office.app, "auditor", area="35.17.02")
    body = office.get("/v1/audit", local).get_json()
    assert [line["household"] for line in body["data"]] == [there]
    assert office.get(f"/v1/audit?household={here}", local).get_json()["data"] == []
    whole = office.get("/v1/audit", office.auditor).get_json()
    assert {line["household"] for line in whole["data"]} == {here, there}

"""Imports over HTTP, worked off by the worker's task."""

import io
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from demo.registry import write_csv
from services.programs.database import db
from services.programs.intake.domain import gather
from services.programs.registry.operations import new_household
from tests.programs.files import counted, events, family, receipts, row, send, write
from tests.programs.people import Office


@pytest.fixture(name="family")
def mother_and_son() -> list[dict[str, str]]:
    """The rows of a mother and her son."""
    return family()


def test_each_row_gets_a_receipt(office: Office, family: list[dict[str, str]]) -> None:
    job = send(office, write(family))
    assert (job["state"], job["done"], job["total"]) == ("finished", 2, 2)
    assert job["counts"] == {"created": 2, "updated": 0, "unchanged": 0, "duplicate": 0, "invalid": 0}
    found = receipts(office, job)
    assert [(one["line"], one["outcome"], one["reasons"]) for one in found] == [
        (2, "created", []),
        (3, "created", []),
    ]
    record = office.get(f"/v1/households/{found[0]['household']}", office.verifier).json
    assert record is not None
    assert [one["nik"] for one in record["members"]] == [one["nik"] for one in family]
    assert record["attributes"] == ["child_under_5", "female_head"]


def test_the_same_file_twice_doubles_nothing(office: Office, family: list[dict[str, str]]) -> None:
    send(office, write(family))
    again = send(office, write(family))
    assert again["counts"]["unchanged"] == 2
    assert (counted(office, "household"), counted(office, "member")) == (1, 2)
    assert events(office) == {"household-registered": 1}


def test_a_dry_run_says_what_would_happen_and_changes_nothing(
    office: Office, family: list[dict[str, str]]
) -> None:
    job = send(office, write(family), dry_run="true")
    assert (job["dry_run"], job["counts"]["created"]) == (True, 2)
    assert counted(office, "household") == 0
    assert events(office) == {}


def test_doubles_inside_the_file_are_told(office: Office, family: list[dict[str, str]]) -> None:
    other = row(id_keluarga="K2")
    job = send(office, write([*family, family[1], other, row(id_keluarga="K3", no_kk=other["no_kk"])]))
    assert [(one["line"], one["reasons"]) for one in receipts(office, job, "?outcome=duplicate")] == [
        (4, ["nik_twice_in_file"]),
        (6, ["kk_twice_in_file"]),
    ]
    assert counted(office, "household") == 2


def test_nothing_of_a_row_stays_behind(office: Office, family: list[dict[str, str]]) -> None:
    response = office.client.post(
        "/v1/imports", data={"file": (io.BytesIO(write(family)), "x.csv")}, headers=office.planner
    )
    assert response.status_code == 202
    with office.app.app_context():
        staged = db.session.execute(
            text("SELECT string_agg(import_row::text, '') FROM import_row")
        ).scalar_one()
    assert family[0]["nik"] not in staged
    assert family[0]["nik"].encode().hex() not in staged
    office.work_off("imports")
    with office.app.app_context():
        assert db.session.execute(text("SELECT count(payload) FROM import_row")).scalar_one() == 0


def test_a_planner_of_one_area_imports_into_that_area(office: Office) -> None:
    local = office.bearer(office.app, "planner", area="35.17.02")
    file = (io.BytesIO(write([row()])), "x.csv")
    response = office.client.post("/v1/imports", data={"file": file}, headers=local)
    office.work_off("imports")
    assert response.json is not None
    assert receipts(office, response.json)[0]["reasons"] == ["outside_your_area"]


def test_an_officer_of_one_area_sees_the_imports_of_it_and_no_others(office: Office) -> None:
    def upload(who: dict[str, str]) -> str:
        data = {"file": (io.BytesIO(write([row()])), "registri.csv"), "dry_run": "1"}
        response = office.client.post("/v1/imports", data=data, headers=who)
        return str(response.get_json()["id"])

    local = office.bearer(office.app, "planner", area="35.17.02")
    whole, here = upload(office.planner), upload(local)
    village = upload(office.bearer(office.app, "planner", area="35.17.02.2001"))
    elsewhere = upload(office.bearer(office.app, "planner", area="35.17.01"))

    def seen(who: dict[str, str]) -> set[str]:
        return {job["id"] for job in office.get("/v1/imports", who).get_json()["data"]}

    assert seen(local) == {here, village}
    assert seen(office.planner) == {whole, here, village, elsewhere}
    assert seen(office.bearer(office.app, "auditor", area="35.17.01")) == {elsewhere}
    for path in (f"/v1/imports/{elsewhere}", f"/v1/imports/{whole}/rows"):
        assert office.get(path, local).status_code == 404


def test_a_file_that_cannot_be_read_is_refused_at_once(office: Office) -> None:
    file = (io.BytesIO(b"nik,nama\n1,2\n"), "x.csv")
    response = office.client.post("/v1/imports", data={"file": file}, headers=office.planner)
    assert response.status_code == 422
    assert response.json is not None
    assert response.json["errors"][0] == {"pointer": "/file", "detail": "The column id_keluarga is missing."}
    assert counted(office, "import_job") == 0


def test_a_request_without_a_file_is_refused(office: Office) -> None:
    response = office.client.post(
        "/v1/imports", data={"dry_run": "true"}, headers=office.planner, content_type="multipart/form-data"
    )
    assert response.status_code == 422


@pytest.mark.parametrize("role", ["verifier", "approver", "tksk", "auditor"])
def test_only_planners_import(office: Office, role: str) -> None:
    response = office.client.post(
        "/v1/imports", data={"file": (io.BytesIO(b"x"), "x.csv")}, headers=getattr(office, role)
    )
    assert response.status_code == 403


def test_a_family_that_cannot_be_taken_in_keeps_nobody_else_out(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad, unreadable = (
        row(),
        row(id_keluarga="K2", alamat="Jalan Buntu"),
        row(id_keluarga="K3", desil="7"),
    )

    def registering(vault: Any, taken: Any, **more: Any) -> Any:
        if taken.address == bad["alamat"]:
            raise LookupError(f"{taken.address} is nowhere")
        return new_household(vault, taken, **more)

    def reading(cells: Any, **more: Any) -> Any:
        if cells[0][1]["desil"] == "7":
            raise LookupError(cells[0][1]["nama"])
        return gather(cells, **more)

    monkeypatch.setattr("services.programs.intake.operations.new_household", registering)
    monkeypatch.setattr("services.programs.imports.operations.gather", reading)
    job = send(office, write([good, bad, unreadable]))
    assert (job["state"], job["done"]) == ("finished", 3)
    assert [(one["outcome"], one["reasons"]) for one in receipts(office, job)] == [
        ("created", []),
        ("invalid", ["internal"]),
        ("invalid", ["internal"]),
    ]
    assert counted(office, "household") == 1
    said = " ".join(str(record.__dict__) for record in caplog.records)
    assert "LookupError" in said
    assert not any(word in said for word in (bad["alamat"], bad["nik"], unreadable["nama"]))


def test_an_import_that_cannot_go_on_fails_and_the_next_one_begins(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_answer(*_: Any) -> None:
        raise LookupError("nothing")

    monkeypatch.setattr("services.programs.imports.operations._answer", broken_answer)
    broken = send(office, write([row()]))
    assert (broken["state"], broken["reason"], broken["done"]) == ("failed", "internal", 1)
    assert receipts(office, broken)[0]["reasons"] == ["internal"]
    assert (counted(office, "household"), events(office)) == (0, {})
    monkeypatch.undo()
    following = send(office, write([row()]))
    assert (following["state"], following["reason"], following["counts"]["created"]) == ("finished", None, 1)
    with office.app.app_context():
        assert db.session.execute(text("SELECT count(payload) FROM import_row")).scalar_one() == 0


def test_an_import_waits_while_the_database_is_busy(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: Any) -> Any:
        raise OperationalError("look up", {}, psycopg.errors.DeadlockDetected())

    with monkeypatch.context() as patched:
        patched.setattr("services.programs.intake.operations.look_up", busy)
        with pytest.raises(OperationalError):
            send(office, write([row()]))
    office.work_off("imports")
    listed = office.get("/v1/imports", office.planner).get_json()["data"]
    assert [(one["state"], one["counts"]["created"]) for one in listed] == [("finished", 1)]


def test_the_synthetic_registry_comes_in_whole_and_only_once(office: Office) -> None:
    out = io.StringIO(newline="")
    write_csv(out, people=900)
    first = send(office, out.getvalue().encode())
    assert first["counts"]["created"] == 900
    assert send(office, out.getvalue().encode())["counts"]["unchanged"] == 900
    assert counted(office, "member") == 900


def test_the_same_file_under_the_same_key_is_one_import(office: Office) -> None:
    def give(content: bytes, boundary: str) -> TestResponse:
        part = (
            'Content-Disposition: form-data; name="file"; filename="x.csv"\r\nContent-Type: text/csv\r\n\r\n'
        )
        body = f"--{boundary}\r\n{part}".encode() + content + f"\r\n--{boundary}--\r\n".encode()
        kind = f"multipart/form-data; boundary={boundary}"
        headers = office.planner | {"Idempotency-Key": "one file"}
        return office.client.post("/v1/imports", data=body, content_type=kind, headers=headers)

    content = write([row()])
    first, again = give(content, "one"), give(content, "another")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.get_json()["id"] == again.get_json()["id"]
    assert give(write([row(nama="Another")]), "one").status_code == 422

"""Imports over HTTP, worked off by the worker's task."""

import io
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import text

from demo.registry import write_csv
from services.programs.database import db
from services.programs.imports.domain import OPTIONAL, REQUIRED
from services.programs.intake.queries import Known
from tests.programs.people import Office, household, kk, member, nik

COLUMNS = (*REQUIRED, *OPTIONAL)


def row(**changed: str) -> dict[str, str]:
    """Return a row of the file: a woman who is the head of her family."""
    return (
        dict.fromkeys(COLUMNS, "")
        | {
            "id_keluarga": "K1",
            "no_kk": kk(),
            "nik": nik(woman=True),
            "nama": "Warga Contoh",
            "hubungan": "kepala",
            "tanggal_lahir": "1980-01-01",
            "jenis_kelamin": "P",
            "alamat": "Dusun Contoh RT 01",
            "kode_desa": "35.17.01.2001",
            "desil": "1",
            "sumber_desil": "P3KE",
            "vintase_desil": "2023",
            "jenis_lantai": "tanah",
        }
        | changed
    )


def write(rows: list[dict[str, str]]) -> bytes:
    """Return the rows as a file."""
    lines = [",".join(COLUMNS), *(",".join(one[name] for name in COLUMNS) for one in rows)]
    return "\n".join(lines).encode()


def send(office: Office, content: bytes, **form: str) -> dict[str, Any]:
    """Upload a file and work it off; return how the import ended."""
    response = office.client.post(
        "/v1/imports", data={"file": (io.BytesIO(content), "registri.csv"), **form}, headers=office.planner
    )
    assert response.status_code == 202, response.json
    office.work_off("imports")
    found: dict[str, Any] = office.get(response.headers["Location"], office.planner).get_json()
    return found


def receipts(office: Office, job: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
    """Return the receipts of an import's rows."""
    response = office.get(f"/v1/imports/{job['id']}/rows{query}", office.planner)
    assert response.json is not None
    found: list[dict[str, Any]] = response.json["data"]
    return found


def counted(office: Office, table: str) -> int:
    """Return how many rows a table has."""
    with office.app.app_context():
        return int(db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608


def events(office: Office) -> Counter[str]:
    """Return how often each type of event was written."""
    with office.app.app_context():
        kinds = db.session.execute(text("SELECT type FROM outbox")).scalars()
        return Counter(kind.removeprefix("id.helix.programs.").removesuffix(".v1") for kind in kinds)


@pytest.fixture
def family() -> list[dict[str, str]]:
    head = row()
    return [
        head,
        head
        | {"nik": nik("050523"), "hubungan": "anak", "tanggal_lahir": "2023-05-05", "jenis_kelamin": "L"},
    ]


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


def test_what_changed_is_updated_and_told(office: Office, family: list[dict[str, str]]) -> None:
    send(office, write(family))
    child = family[1] | {"atribut": "disability"}
    job = send(
        office, write([family[0], child, child | {"nik": nik("010190"), "tanggal_lahir": "1990-01-01"}])
    )
    assert [one["outcome"] for one in receipts(office, job)] == ["unchanged", "updated", "created"]
    assert events(office) == {"household-registered": 1, "household-changed": 1}
    line = office.get("/v1/households", office.planner).json
    assert line is not None
    assert (line["data"][0]["people"], line["data"][0]["version"]) == (3, 2)
    assert "disability" in line["data"][0]["attributes"]


def test_a_new_decile_is_an_update_of_the_head(office: Office, family: list[dict[str, str]]) -> None:
    send(office, write(family))
    job = send(office, write([one | {"desil": "2"} for one in family]))
    assert [one["outcome"] for one in receipts(office, job)] == ["updated", "unchanged"]


def test_a_family_that_moves_takes_its_rows_along(office: Office, family: list[dict[str, str]]) -> None:
    send(office, write(family))
    send(office, write([one | {"kode_desa": "35.17.02.2001"} for one in family]))
    with office.app.app_context():
        villages = db.session.execute(
            text(
                "SELECT desa FROM household UNION SELECT desa FROM member UNION SELECT desa FROM family_card"
            )
        )
        assert villages.scalars().all() == ["35.17.02.2001"]


def test_a_household_keeps_its_identity_under_a_new_card(
    office: Office, family: list[dict[str, str]]
) -> None:
    send(office, write(family))
    number = kk()
    job = send(office, write([one | {"no_kk": number} for one in family]))
    assert [one["outcome"] for one in receipts(office, job)] == ["updated", "unchanged"]
    assert (counted(office, "household"), counted(office, "family_card")) == (1, 2)
    again = send(office, write([one | {"no_kk": number} for one in family]))
    assert again["counts"]["unchanged"] == 2


def test_a_new_head_takes_the_place_of_the_old_one(office: Office, family: list[dict[str, str]]) -> None:
    grown = family[1] | {"nik": nik("010190"), "tanggal_lahir": "1990-01-01"}
    send(office, write([family[0], grown]))
    send(office, write([grown | {"hubungan": "kepala"}, family[0] | {"hubungan": "orang_tua"}]))
    household_id = receipts(office, send(office, write([grown | {"hubungan": "kepala"}])))[0]["household"]
    record = office.get(f"/v1/households/{household_id}", office.verifier).json
    assert record is not None
    assert {one["nik"]: one["relation"] for one in record["members"]} == {
        grown["nik"]: "head",
        family[0]["nik"]: "parent",
    }


def test_a_child_who_left_home_is_told_as_a_double(office: Office, family: list[dict[str, str]]) -> None:
    grown = family[1] | {"nik": nik("010190"), "tanggal_lahir": "1990-01-01"}
    other = family[1]
    send(office, write([family[0], grown, other]))
    own_home = grown | {"id_keluarga": "K2", "no_kk": kk(), "hubungan": "kepala"}
    job = send(office, write([own_home, own_home | {"nik": nik("020290"), "hubungan": "istri"}]))
    assert [(one["outcome"], one["reasons"]) for one in receipts(office, job)] == [
        ("duplicate", ["nik_in_other_household"]),
        ("invalid", ["head_refused"]),
    ]


def test_a_refused_member_does_not_keep_its_family_out(office: Office, family: list[dict[str, str]]) -> None:
    spoilt = family[1] | {"nik": "3,51702E+15".replace(",", "."), "jenis_kelamin": "?"}
    job = send(office, write([family[0], spoilt]))
    assert [(one["outcome"], one["reasons"]) for one in receipts(office, job)] == [
        ("created", []),
        ("invalid", ["nik_was_a_number", "sex_unknown"]),
    ]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"no_kk": "0000000000000000"}, "kk_placeholder"),
        ({"nik": "3517010101800000"}, "nik_placeholder"),
        ({"kode_desa": "99.99.99.9999"}, "village_unknown"),
        ({"desil": "11"}, "decile_unknown"),
        ({"sumber_desil": "BPS"}, "decile_source_unknown"),
        ({"alamat": ""}, "address_missing"),
        ({"tanggal_lahir": "31-31-1980"}, "birth_date_unreadable"),
        ({"tanggal_lahir": "2999-01-01"}, "birth_date_impossible"),
        ({"atribut": "rich"}, "attribute_unknown"),
        ({"hubungan": "anak"}, "no_head"),
    ],
)
def test_a_family_without_a_good_head_is_refused_whole(
    office: Office, changed: dict[str, str], reason: str
) -> None:
    head = row() | changed
    job = send(office, write([head, row(no_kk=head["no_kk"], hubungan="anak", kode_desa=head["kode_desa"])]))
    first, second = receipts(office, job)
    assert (first["outcome"], first["reasons"]) == ("invalid", [reason])
    assert second["outcome"] == "invalid"
    assert counted(office, "household") == 0


def test_doubles_inside_the_file_are_told(office: Office, family: list[dict[str, str]]) -> None:
    other = row(id_keluarga="K2")
    job = send(office, write([*family, family[1], other, row(id_keluarga="K3", no_kk=other["no_kk"])]))
    assert [(one["line"], one["reasons"]) for one in receipts(office, job, "?outcome=duplicate")] == [
        (4, ["nik_twice_in_file"]),
        (6, ["kk_twice_in_file"]),
    ]
    assert counted(office, "household") == 2


def test_somebody_registered_by_hand_is_not_registered_again(office: Office) -> None:
    by_hand = household(members=[member()])
    office.post("/v1/households", by_hand, office.verifier)
    job = send(office, write([row(no_kk=by_hand["kk_number"], nik=by_hand["members"][0]["nik"])]))
    assert job["counts"]["updated"] == 1
    assert counted(office, "household") == 1


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


def test_the_synthetic_registry_comes_in_whole_and_only_once(office: Office) -> None:
    out = io.StringIO(newline="")
    write_csv(out, people=900)
    first = send(office, out.getvalue().encode())
    assert first["counts"]["created"] == 900
    assert send(office, out.getvalue().encode())["counts"]["unchanged"] == 900
    assert counted(office, "member") == 900


def test_who_is_registered_while_the_import_runs_keeps_nobody_else_out(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_hand = household(members=[member()])
    office.post("/v1/households", by_hand, office.verifier)
    # As if it had been registered between the look and the writing.
    nothing = Known(people={}, cards={}, households={}, members={})
    monkeypatch.setattr("services.programs.intake.operations.look_up", lambda *_: nothing)
    job = send(office, write([row(nik=by_hand["members"][0]["nik"]), row(id_keluarga="K2")]))
    assert [(one["outcome"], one["reasons"]) for one in receipts(office, job)] == [
        ("duplicate", ["registered_meanwhile"]),
        ("created", []),
    ]

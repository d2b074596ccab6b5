"""Files of a registry, and what became of them."""

import io
from collections import Counter
from typing import Any

from sqlalchemy import text

from services.programs.database import db
from services.programs.imports.domain import OPTIONAL, REQUIRED
from tests.programs.people import Office, kk, nik

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


def family() -> list[dict[str, str]]:
    """Return the rows of a mother and her son."""
    head = row()
    son = {"nik": nik("050523"), "hubungan": "anak", "tanggal_lahir": "2023-05-05", "jenis_kelamin": "L"}
    return [head, head | son]

"""A planner of one area neither takes nor finds what is registered in another."""

import io
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from services.programs.database import db
from services.programs.imports.operations import IMPORTS
from shared.worker.tasks import run_once
from tests.programs.files import counted, receipts, row, send, write
from tests.programs.people import Office, kk, nik

HERE, THERE = "35.17.02.2001", "35.17.01.2001"


@pytest.fixture(name="local")
def planner_of_one_area(office: Office) -> dict[str, str]:
    """A planner who is responsible for 35.17.02 alone."""
    return office.bearer(office.app, "planner", area="35.17.02")


@pytest.fixture(name="foreign")
def family_of_another_area(office: Office) -> dict[str, str]:
    """The row of a woman who is registered in 35.17.01."""
    head = row(kode_desa=THERE)
    send(office, write([head]))
    return head


def told(
    office: Office, who: dict[str, str], rows: list[dict[str, str]], **form: str
) -> list[tuple[Any, ...]]:
    """Import rows as somebody; return outcome, reasons and whether a household is told of each."""
    file = (io.BytesIO(write(rows)), "x.csv")
    job = office.client.post("/v1/imports", data={"file": file, **form}, headers=who).get_json()
    office.work_off("imports")
    return [(one["outcome"], one["reasons"], one["household"]) for one in receipts(office, job)]


def met(office: Office) -> list[tuple[str, str]]:
    """Return (actor, household) of each line about a household outside an import's area."""
    with office.app.app_context():
        lines = db.session.execute(
            text("SELECT actor, household_id FROM audit_entry WHERE action = 'import.outside_area'")
        )
        return [(actor, str(household)) for actor, household in lines]


def villages(office: Office) -> list[str]:
    with office.app.app_context():
        return list(db.session.execute(text("SELECT desa FROM household ORDER BY id")).scalars())


LEFT = ("invalid", ["wider_area_decides"], None)


@pytest.mark.parametrize("by", ["card and person", "card", "person"])
def test_a_household_of_another_area_is_left_to_an_officer_of_the_wider_area(
    office: Office, local: dict[str, str], foreign: dict[str, str], by: str
) -> None:
    taken = foreign | {"kode_desa": HERE}
    taken |= {"nik": nik(woman=True)} if by == "card" else {"no_kk": kk()} if by == "person" else {}
    child = taken | {"nik": nik("050523"), "hubungan": "anak", "tanggal_lahir": "2023-05-05"}
    assert told(office, local, [taken, child]) == [LEFT, LEFT]
    assert villages(office) == [THERE]
    assert len(met(office)) == 1


def test_who_of_a_family_is_known_elsewhere_is_not_told(
    office: Office, local: dict[str, str], foreign: dict[str, str]
) -> None:
    head = row(kode_desa=HERE)
    member = head | {"nik": foreign["nik"], "hubungan": "anak"}
    assert told(office, local, [head, member]) == [LEFT, LEFT]
    assert counted(office, "household") == 1


def test_trying_out_answers_the_same_whether_or_not_a_number_is_known_elsewhere(
    office: Office, local: dict[str, str], foreign: dict[str, str]
) -> None:
    known = told(office, local, [foreign | {"kode_desa": HERE}], dry_run="true")
    assert len(met(office)) == 1
    unknown = told(office, local, [row(kode_desa=HERE)], dry_run="true")
    assert known == unknown == [("created", ["outside_not_checked"], None)]
    assert len(met(office)) == 1


def test_a_planner_of_one_area_changes_the_households_of_that_area(
    office: Office, local: dict[str, str]
) -> None:
    head = row(kode_desa=HERE)
    assert told(office, local, [head])[0][:2] == ("created", [])
    moved = head | {"kode_desa": "35.17.02.2002", "desil": "2"}
    assert told(office, local, [moved], dry_run="true")[0][:2] == ("updated", [])
    assert told(office, local, [moved])[0][:2] == ("updated", [])
    assert met(office) == []


def test_a_planner_of_the_regency_moves_a_family_between_areas(
    office: Office, foreign: dict[str, str]
) -> None:
    assert told(office, office.planner, [foreign | {"kode_desa": HERE}])[0][0] == "updated"
    assert villages(office) == [HERE]
    assert met(office) == []


def test_the_worker_records_for_whom_it_came_upon_the_household(
    office: Office, local: dict[str, str], foreign: dict[str, str]
) -> None:
    file = (io.BytesIO(write([foreign | {"kode_desa": HERE}])), "x.csv")
    job = office.client.post("/v1/imports", data={"file": file}, headers=local).get_json()
    with office.app.app_context():
        engine = db.engine
        household = db.session.execute(text("SELECT id FROM household")).scalar_one()
        planner = db.session.execute(
            text("SELECT created_by FROM import_job WHERE id = :job"), {"job": job["id"]}
        ).scalar_one()
    # As the worker runs it: outside of any request or application.
    sessions = sessionmaker(engine, class_=Session, expire_on_commit=False)
    run_once(IMPORTS, office.app.config["HELIX"], sessions)
    assert met(office) == [(planner, str(household))]

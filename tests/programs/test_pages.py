"""The pages of officers and social workers, in a real browser."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from services.programs.database import db
from services.programs.vault import current_vault
from services.programs.visits.models import Visit
from services.programs.visits.queries import open_answers
from tests.browser import WIDTHS, assert_accessible, follow
from tests.programs.people import Office, answers, kk, member, need, nik

Show = Callable[..., Page]

HEADER = (
    "id_keluarga,no_kk,nik,nama,hubungan,tanggal_lahir,jenis_kelamin,alamat,kode_desa,"
    "desil,sumber_desil,vintase_desil"
)

pytestmark = pytest.mark.browser


def visited(office: Office) -> str:
    """Return a household that waits for a decision."""
    identity = office.register(
        members=[
            member(name="Siti Contoh"),
            member(name="Budi Contoh", relation="child", born_on="2022-03-04", attributes=["disability"]),
        ]
    )
    office.visit(identity, needs=[need()], answers=answers(people=2, aid_received=["pkh"]))
    return identity


def press(page: Page, value: str) -> None:
    """Press a button of the step and wait for the next one."""
    follow(page, f"button[value={value}]")


def answer_rest(page: Page, **changed: Any) -> None:
    """Answer each question from this step on that must be answered, and go on to the needs."""
    said = answers(**changed)
    while (step := page.url.rpartition("/")[2]) != "needs":
        match said.get(step):
            case True:
                page.check("input[value=yes]")
            case int(number):
                page.fill("#answer", str(number))
            case str(code):
                page.check(f"input[value={code}]")
        press(page, "next")


def test_a_tksk_records_a_visit_one_question_a_screen_without_javascript(office: Office, enter: Show) -> None:
    office.assign(office.register(members=[member(name="Siti Contoh")]))
    page = enter("tksk", "/visits", width=390, javascript=False)
    follow(page, "text=Siti Contoh")
    follow(page, "text=Mulai kunjungan")
    press(page, "next")
    expect(page.locator("[role=alert]")).to_have_count(1)
    page.check("input[value=found]")
    press(page, "next")
    page.check("input[value=yes]")
    press(page, "next")
    page.fill("#answer", "99")
    press(page, "next")
    assert page.input_value("#answer") == "99"
    page.fill("#answer", "4")
    press(page, "next")
    press(page, "back")
    assert page.input_value("#answer") == "4"
    press(page, "next")
    answer_rest(page)
    for kind, amount in (("food:IDR", "500.000"), ("education:school_kit", "2")):
        page.select_option("#kind", kind)
        page.fill("#quantity", amount)
        press(page, "add")
    press(page, "'remove food:IDR'")
    press(page, "next")
    expect(page.locator("main")).to_contain_text("Perlengkapan sekolah: 2", use_inner_text=True)
    press(page, "save")
    assert page.url.endswith("/visits?recorded=1")
    visit = office.get("/v1/visits", office.verifier).get_json()["data"][0]
    assert (visit["status"], visit["outcome"], visit["needs_recorded"]) == ("completed", "found", 1)
    with office.app.app_context():
        made = db.session.scalars(select(Visit).execution_options(everyone=True)).one()
        assert made.answers is not None
        assert b"people" not in made.answers
        assert open_answers(current_vault(), made) == answers(people=4)


def test_what_is_odd_is_asked_about_and_shown_before_a_visit_is_saved(office: Office, enter: Show) -> None:
    identity = office.register(members=[member(name="Siti Contoh")])
    office.assign(identity)
    page = enter("tksk", "/visits", width=390)
    follow(page, "text=Siti Contoh")
    follow(page, "text=Mulai kunjungan")
    page.check("input[value=found]")
    press(page, "next")
    assert_accessible(page)
    answer_rest(page, people=3, monthly_spending_idr=29_000)
    page.fill("#quantity", "3")
    press(page, "next")
    expect(page.locator("main")).to_contain_text(
        "Pilih apa yang kurang, atau kosongkan jumlahnya.", use_inner_text=True
    )
    page.select_option("#kind", "education:school_kit")
    page.check("input[name=urgency][value='5']")
    press(page, "next")
    said = page.inner_text("main")
    assert "Anda menulis 3 orang tinggal di sini, sedangkan menurut registri 1." in said
    assert "membelanjakan Rp29.000 sebulan, Rp9.666 untuk setiap orang." in said
    assert "Siti Contoh\nDusun Contoh RT 01 RW 02, Jantiganggong" in said
    assert "Hasil kunjungan" in said
    assert "kemendesakan 5 dari 5" in said
    assert_accessible(page)
    follow(page, "a[href$=monthly_spending_idr]")
    page.fill("#answer", "290000")
    press(page, "next")
    assert "membelanjakan" not in page.inner_text("main")
    press(page, "save")
    page = enter("approver", f"/households/{identity}")
    expect(page.locator("main")).to_contain_text("Rp290.000", use_inner_text=True)


def test_who_is_not_met_is_not_asked(office: Office, enter: Show) -> None:
    office.assign(office.register(members=[member(name="Siti Contoh")]))
    page = enter("tksk", "/visits", width=390)
    follow(page, "text=Siti Contoh")
    follow(page, "text=Mulai kunjungan")
    page.check("input[value=moved]")
    press(page, "next")
    page.fill("#answer", "Rumah kosong.")
    press(page, "next")
    assert_accessible(page)
    press(page, "save")
    assert office.get("/v1/visits", office.verifier).get_json()["data"][0]["outcome"] == "moved"


def test_every_look_at_a_name_is_recorded(office: Office, enter: Show) -> None:
    identity = office.register(members=[member(name="Siti Contoh")])
    office.assign(identity)
    page = enter("tksk", "/visits", width=390)
    assert_accessible(page)
    follow(page, "text=Siti Contoh")
    assert_accessible(page)
    lines = office.get(f"/v1/audit?household={identity}", office.auditor).get_json()["data"]
    assert [line["why"] for line in lines if line["action"] == "household.read"] == [
        "visits_to_make",
        "visit",
    ]


@pytest.mark.parametrize("width", WIDTHS)
def test_an_approver_decides_with_the_evidence_before_the_eyes(
    office: Office, enter: Show, width: int
) -> None:
    identity = visited(office)
    page = enter("approver", "/households?waiting=decision", width=width)
    assert_accessible(page)
    follow(page, "table a")
    assert_accessible(page)
    expect(page.locator("h1")).to_contain_text("Siti Contoh", use_inner_text=True)
    # The ages tell of an attribute that nobody wrote down, as they tell the match.
    expect(page.locator("table >> nth=0")).to_contain_text("Anak balita", use_inner_text=True)
    expect(page.locator("button[value=graduate]")).to_have_count(0)
    options = page.locator("#code option").all_inner_texts()
    assert len(options) == len(set(options))
    press(page, "reject")
    assert_accessible(page)
    expect(page.locator("#code-error")).to_have_count(1)
    press(page, "verify")
    expect(page.locator(".notice-good")).to_have_count(1)
    found = office.get(f"/v1/households/{identity}", office.verifier).get_json()
    assert found["status"] == "verified"


def test_a_verifier_holds_a_household_and_releases_it(office: Office, enter: Show) -> None:
    identity = visited(office)
    page = enter("verifier", f"/households/{identity}")
    page.select_option("#hold_code", "objection")
    follow(page, "form[action$=hold] button[type=submit]")
    expect(page.locator(".timeline")).to_contain_text("Keluarga atau TKSK keberatan", use_inner_text=True)
    follow(page, "form[action$=release] button[type=submit]")
    assert office.get(f"/v1/households/{identity}", office.verifier).get_json()["held"] is False


def test_a_planner_imports_a_file_and_reads_its_receipts(office: Office, enter: Show) -> None:
    page = enter("planner", "/imports")
    assert_accessible(page)
    rows = [
        f"K1,{kk()},{nik(woman=True)},Warga,kepala,1980-01-01,P,Dusun,35.17.01.2001,1,P3KE,2023",
        f"K2,{kk()},0000000000000000,Warga,kepala,1980-01-01,P,Dusun,35.17.01.2001,1,P3KE,2023",
    ]
    file = {"name": "registri.csv", "mimeType": "text/csv", "buffer": "\n".join([HEADER, *rows]).encode()}
    page.set_input_files("#file", file)  # type: ignore[arg-type]
    follow(page, "main form[enctype] button[type=submit]")
    office.work_off("imports")
    page.wait_for_selector("text=Selesai")
    assert_accessible(page)
    page.reload()
    expect(page.locator("main")).to_contain_text("NIK hanya angka pengganti.", use_inner_text=True)


def test_a_file_that_cannot_be_read_is_told_beside_its_field(enter: Show) -> None:
    page = enter("planner", "/imports")
    file = {"name": "x.csv", "mimeType": "text/csv", "buffer": b""}
    page.set_input_files("#file", file)  # type: ignore[arg-type]
    follow(page, "main form[enctype] button[type=submit]")
    expect(page.locator("#file-error")).to_contain_text("Berkas kosong.", use_inner_text=True)


def test_an_auditor_sees_who_by_name_and_finds_the_lines_of_one_household_or_person(
    office: Office, enter: Show
) -> None:
    first, second = office.register(), office.register()
    page = enter("approver", f"/households/{first}")
    page = enter("auditor", "/audit?lang=en", width=390)
    assert_accessible(page)
    row = page.locator("tbody tr").first
    assert "approver" in row.inner_text()
    assert "Approver" in row.inner_text()
    expect(row.locator("td")).to_have_count(4)
    page.fill("#household", second[-8:])
    follow(page, ".filters button")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert page.locator("tbody a").first.get_attribute("href") == f"/households/{second}"
    page.goto("/audit?lang=en")
    page.fill("#person", "approver")
    follow(page, ".filters button")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.fill("#person", "nobody")
    follow(page, ".filters button")
    expect(page.get_by_text("No line fits.")).to_be_visible()


def test_an_auditor_reads_the_log(office: Office, enter: Show) -> None:
    visited(office)
    page = enter("auditor", "/audit")
    assert_accessible(page)
    rows = [row.inner_text() for row in page.locator("tbody tr").all()]
    assert any("Kunjungan dilakukan" in row and "Ditemui" in row for row in rows), rows

"""A visit can be left at any step and gone on with; nothing of it is lost, doubled or readable to others."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from services.programs.database import db
from services.programs.fieldwork.operations import FORGET_DRAFTS, KEPT
from services.programs.vault import current_vault
from services.programs.visits.models import Visit
from services.programs.visits.queries import open_answers
from shared import clock
from tests.databases import until_locks_are_waited_for
from tests.programs.fieldwork.phone import Phone
from tests.programs.people import Office, answers, result


def rows(office: Office) -> list[Any]:
    with office.app.app_context():
        return list(db.session.execute(text("SELECT * FROM visit_draft")).mappings())


def recorded(office: Office) -> dict[str, Any]:
    with office.app.app_context():
        made = db.session.scalars(select(Visit).execution_options(everyone=True)).one()
        return {
            "status": made.status,
            "outcome": made.outcome,
            "answers": open_answers(current_vault(), made),
            "needs_recorded": made.needs_recorded,
        }


def test_a_visit_that_was_left_goes_on_where_it_was(phone: Phone) -> None:
    assert phone.begin() == "outcome"
    assert phone.answer("outcome", answer="found") == "lives_here"
    assert phone.answer("lives_here", answer="yes") == "people"
    assert phone.answer("people", answer="4") == "earners"
    listed = phone.browser.get("/visits").text
    assert "langkah 4 dari 14" in listed
    assert f'href="{phone.visit}/earners"' in listed
    assert "Lanjutkan dari langkah 4 dari 14" in phone.browser.get(phone.visit).text
    assert 'value="4"' in phone.shows("people")


def test_a_page_of_before_the_beginning_goes_on_and_does_not_begin_anew(phone: Phone) -> None:
    phone.begin()
    phone.answer("outcome", answer="found")
    assert phone.begin() == "lives_here"
    assert phone.begin(anew="1") == "outcome"
    assert "checked" not in phone.shows("outcome")


def test_a_step_answered_twice_is_answered_once(phone: Phone, office: Office) -> None:
    phone.begin()
    assert [phone.answer("outcome", answer="found") for _ in range(2)] == ["lives_here"] * 2
    phone.answer_all()
    need = {"kind": "food:rice", "quantity": "20", "urgency": "3"}
    assert [phone.answer("needs", "add", **need) for _ in range(2)] == ["needs"] * 2
    phone.answer("needs", "add", kind="food:IDR", quantity="500.000", urgency="3")
    assert [phone.answer("needs", "remove food:IDR") for _ in range(2)] == ["needs"] * 2
    assert phone.answer("needs") == "check"
    phone.send(f"{phone.visit}/check", go="save")
    assert recorded(office)["needs_recorded"] == 1


def test_a_need_of_the_same_kind_and_another_quantity_is_refused(phone: Phone) -> None:
    phone.begin()
    phone.answer("outcome", answer="found")
    phone.answer("needs", "add", kind="food:rice", quantity="20", urgency="3")
    refused = phone.send(f"{phone.visit}/needs", go="add", kind="food:rice", quantity="30", urgency="3")
    assert (refused.status_code, "sudah ada dalam daftar" in refused.text) == (422, True)


def test_going_back_and_answering_again_replaces_the_answer_and_keeps_the_later_ones(
    phone: Phone, office: Office
) -> None:
    phone.begin()
    phone.answer("outcome", answer="found")
    phone.answer_all()
    phone.answer("note", answer="Rumah di belakang masjid.")
    assert phone.answer("needs") == "check"
    assert phone.answer("check", "back") == "needs"
    assert phone.answer("people", answer="5") == "check"
    assert phone.answer("outcome", answer="found") == "check"
    phone.send(f"{phone.visit}/check", go="save")
    assert recorded(office)["answers"] == answers(people=5, note="Rumah di belakang masjid.")


def test_who_turns_out_not_to_be_met_keeps_only_the_note(phone: Phone, office: Office) -> None:
    phone.begin()
    phone.answer("outcome", answer="found")
    phone.answer("people", answer="4")
    phone.answer("note", answer="Pagar terkunci.")
    phone.answer("needs", kind="food:rice", quantity="20", urgency="3")
    assert phone.answer("outcome", answer="moved") == "note"
    assert phone.answer("note", answer="Pagar terkunci.") == "check"
    # A page of the longer form that is still open somewhere leads to where the visit is now.
    assert phone.answer("needs", kind="food:rice", quantity="20", urgency="3") == "check"
    phone.send(f"{phone.visit}/check", go="save")
    assert recorded(office) == {
        "status": "completed",
        "outcome": "moved",
        "answers": {"note": "Pagar terkunci."},
        "needs_recorded": 0,
    }


def test_no_step_is_shown_before_it_is_said_who_was_met(phone: Phone) -> None:
    assert phone.step_of(phone.browser.get(f"{phone.visit}/people")) == ""
    phone.begin()
    for step in ("people", "check", "elsewhere"):
        assert phone.step_of(phone.browser.get(f"{phone.visit}/{step}")) == "outcome"
        assert phone.answer(step, "save") == "outcome"


def test_an_answer_that_does_not_hold_changes_nothing(phone: Phone) -> None:
    phone.begin()
    phone.answer("outcome", answer="found")
    phone.answer("people", answer="4")
    assert phone.send(f"{phone.visit}/people", go="next", answer="99").status_code == 422
    assert 'value="4"' in phone.shows("people")


def test_what_must_be_answered_is_asked_for_at_its_step_and_before_the_visit_is_saved(
    phone: Phone, office: Office
) -> None:
    phone.begin()
    phone.answer("outcome", answer="found")
    for step in answers():
        assert "(tidak wajib)" not in phone.shows(step)
        assert phone.send(f"{phone.visit}/{step}", go="next").status_code == 422
    assert "(tidak wajib)" in phone.shows("meals_a_day")
    phone.answer_all()
    phone.answer("outcome", answer="moved")
    phone.answer("outcome", answer="found")
    # Whoever goes to the end by its address is led back to each question that was left out.
    for step in set(answers()) - {"people", "toilet"}:
        phone.answer(step, answer="yes" if answers()[step] is True else str(answers()[step]))
    phone.answer("needs")
    refused = phone.send(f"{phone.visit}/check", go="save")
    assert refused.status_code == 422
    assert re.findall('<a href="#([a-z_]+)">[^<]*Harus dijawab', refused.text) == ["people", "toilet"]
    assert re.findall('<span id="([a-z_]+)">', refused.text) == ["people", "toilet"]
    assert recorded(office)["status"] == "assigned"


def test_each_step_says_whose_home_it_is_and_each_look_is_recorded(phone: Phone, office: Office) -> None:
    phone.begin()
    phone.answer("outcome", answer="found")
    steps = ("outcome", *answers(), "needs", "check")
    for step in steps:
        shown = phone.shows(step)
        assert all(words in shown for words in ("Siti Contoh", "Dusun Contoh RT 01 RW 02", "Jantiganggong"))
    lines = office.get("/v1/audit?limit=100", office.auditor).get_json()["data"]
    assert [line["why"] for line in lines].count("visit") == len(steps)


def test_a_visit_is_begun_in_the_order_of_locks_in_which_it_is_recorded(phone: Phone, office: Office) -> None:
    visit = phone.visit.rpartition("/")[2]
    with office.app.app_context(), db.engine.connect() as recorder:
        recorder.execute(text("SELECT 1 FROM household FOR UPDATE"))
        beginner = threading.Thread(target=phone.begin)
        beginner.start()
        until_locks_are_waited_for(db.engine)
        recorder.execute(text("SELECT 1 FROM visit WHERE id = :visit FOR UPDATE NOWAIT"), {"visit": visit})
        recorder.rollback()
        beginner.join()
    assert len(rows(office)) == 1


def test_what_was_answered_cannot_be_read_in_the_database(phone: Phone, office: Office) -> None:
    phone.begin()
    phone.answer("outcome", answer="found")
    phone.answer("note", answer="Sakit sejak lama")
    (row,) = rows(office)
    readable = {name: value for name, value in row.items() if name != "answers"}
    assert set(readable) == {"id", "visit_id", "person", "saved_at", "household_id", "desa"}
    assert b"Sakit" not in bytes(row["answers"])
    assert b"found" not in bytes(row["answers"])


def test_nobody_sees_what_a_colleague_has_begun(phone: Phone, sign_in: Callable[[str], FlaskClient]) -> None:
    phone.begin()
    phone.answer("outcome", answer="found")
    phone.answer("people", answer="4")
    colleague = Phone(sign_in("colleague"), phone.visit.rpartition("/")[2])
    assert "Mulai kunjungan" in colleague.browser.get(phone.visit).text
    assert "dari 14" not in colleague.browser.get("/visits").text
    assert colleague.step_of(colleague.browser.get(f"{phone.visit}/people")) == ""
    assert colleague.begin() == "outcome"
    colleague.answer("outcome", answer="moved")
    assert 'value="4"' in phone.shows("people")


def test_nothing_is_left_of_a_visit_that_is_recorded(
    phone: Phone, office: Office, sign_in: Callable[[str], FlaskClient]
) -> None:
    colleague = Phone(sign_in("colleague"), phone.visit.rpartition("/")[2])
    for one in (phone, colleague):
        one.begin()
        one.answer("outcome", answer="not_found")
    sent = [phone.send(f"{phone.visit}/check", go="save") for _ in range(2)]
    assert [one.headers["Location"] for one in sent] == ["/visits?recorded=1"] * 2
    assert rows(office) == []
    # Whoever comes second is told, and can't begin it again.
    assert colleague.answer("check", "save") == ""
    told = colleague.browser.get(phone.visit, follow_redirects=True)
    assert "Kunjungan ini sudah dilakukan." in told.text
    assert colleague.send(phone.visit).status_code == 409
    assert rows(office) == []


def test_a_visit_recorded_by_another_program_leaves_no_draft(phone: Phone, office: Office) -> None:
    phone.begin()
    phone.answer("outcome", answer="found")
    answer = office.post(f"/v1{phone.visit}/result", result(), office.tksk)
    assert (answer.status_code, rows(office)) == (200, [])


def test_a_visit_that_cannot_be_recorded_keeps_its_answers(phone: Phone, office: Office) -> None:
    household = office.get("/v1/visits", office.verifier).get_json()["data"][0]["household"]
    need = {"category": "food", "item": "rice", "quantity": 20, "unit": "kg", "urgency": 3}
    assert office.post(f"/v1/households/{household}/needs", need, office.tksk).status_code == 201
    phone.begin()
    phone.answer("outcome", answer="found")
    phone.answer_all()
    phone.answer("needs", kind="food:rice", quantity="20", urgency="3")
    refused = phone.send(f"{phone.visit}/check", go="save")
    assert (refused.status_code, 'role="alert"' in refused.text) == (409, True)
    phone.answer("needs", "remove food:rice")
    assert phone.send(f"{phone.visit}/check", go="save").status_code == 303
    assert recorded(office)["status"] == "completed"


def test_what_nobody_goes_on_with_is_forgotten(
    phone: Phone, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.begin()
    office.work(FORGET_DRAFTS.name)
    assert len(rows(office)) == 1
    later = clock.now() + KEPT + timedelta(minutes=1)
    monkeypatch.setattr("shared.clock.now", lambda: later)
    office.work(FORGET_DRAFTS.name)
    assert rows(office) == []

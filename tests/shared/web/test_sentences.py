"""What an error says: English to a program, the reader's language to a person."""

import ast
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from shared.errors import Coded, Conflict, Fault, Invalid, Sentence
from shared.web.catalogue_build import ROOT, SAID
from shared.web.forms import Form
from shared.web.sentences import say, say_place
from tests.shared.web.gallery import make_gallery

PAID = Fault("/quantity", "At most %(most)s is paid and not yet handed over.", most=1_250_000)

# They are handed a sentence that was written elsewhere.
HANDED_ON = {"shared/errors.py", "shared/http/problem.py"}


@pytest.fixture
def app() -> Flask:
    """The gallery, with a page and a call that are refused."""
    app = make_gallery()
    for prefix in ("", "/v1"):
        app.add_url_rule(f"{prefix}/refused", f"{prefix}/refused", refuse)
        app.add_url_rule(f"{prefix}/ended", f"{prefix}/ended", end)
    return app


def refuse() -> str:
    """Refuse an input."""
    raise Invalid([PAID])


def end() -> str:
    """Refuse a change."""
    raise Conflict(
        "pledge_over",
        "The pledge is over (%(status)s); it can't be changed.",
        status=Coded("withdrawn", "pledge_status"),
    )


def test_a_program_reads_english_with_the_values_as_they_are(app: Flask) -> None:
    answer = app.test_client().get("/v1/refused")
    detail = "At most 1250000 is paid and not yet handed over."
    assert answer.get_json()["errors"] == [{"pointer": "/quantity", "detail": detail}]


def test_a_person_reads_the_same_in_indonesian_with_numbers_as_people_write_them(app: Flask) -> None:
    page = app.test_client().get("/refused", headers={"Accept": "text/html"}).text
    assert "Paling banyak 1.250.000 yang sudah dibayar dan belum diserahkan." in page


def test_a_form_shows_a_refusal_in_the_language_of_its_page(app: Flask) -> None:
    for address, said in (("/", "1.250.000 yang sudah"), ("/?lang=en", "At most 1,250,000 is paid")):
        with app.test_request_context(address):
            form = Form.of()
            form.take(Invalid([PAID]))
            assert said in form.errors["quantity"]


def test_a_code_is_shown_as_its_word(app: Flask) -> None:
    assert "(Ditarik)" in app.test_client().get("/ended", headers={"Accept": "text/html"}).text
    assert "(withdrawn)" in app.test_client().get("/v1/ended").get_json()["detail"]


def test_a_list_and_a_sentence_may_stand_in_a_sentence(app: Flask) -> None:
    rice = {"category": Coded("food", "need_category"), "what": Coded("rice", "item")}
    needs = Sentence(
        "The household has such a need already: %(needs)s. Close it first.",
        {"needs": [Sentence("%(category)s in %(what)s", rice)]},
    )
    assert str(needs) == "The household has such a need already: food in rice. Close it first."
    with app.test_request_context("/"):
        assert "Pangan berupa Beras" in say(needs)


def test_without_values_a_sentence_may_speak_of_percent(app: Flask) -> None:
    with app.test_request_context("/"):
        assert say(Sentence("Only 5 % is left.")) == str(Sentence("Only 5 % is left.")) == "Only 5 % is left."


def test_what_an_error_says_is_a_literal_so_that_it_is_found_for_translation() -> None:
    files = [file for folder in ("shared", "services") for file in (ROOT / folder).rglob("*.py")]
    assert [place for file in files for place in _hidden(file)] == []


def _hidden(file: Path) -> list[str]:
    name = file.relative_to(ROOT).as_posix()
    calls = [node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call)]
    said = [(call, SAID.get(getattr(call.func, "id", ""), 0)) for call in calls]
    return [
        f"{name}:{call.lineno}"
        for call, place in said
        if place and len(call.args) >= place and not isinstance(call.args[place - 1], ast.Constant)
        if name not in HANDED_ON
    ]


def test_a_place_is_among_the_needs_for_the_item_or_all_in_rupiah(app: Flask) -> None:
    """Wheelchairs and lamps are counted in the same unit, and are no match for each other."""
    with app.test_request_context(), force_locale("en"):
        assert "place 3 of 1,200 needs in rupiah that could be matched, of every" in say_place(3, 1200, None)
        assert "place 1 of 40 needs for wheelchair that could be matched." in say_place(1, 40, "wheelchair")
        assert "one of fewer than 10 needs in rupiah that could be" in say_place(None, None, None)
        assert "one of fewer than 10 needs for wheelchair that could" in say_place(None, None, "wheelchair")

"""What a form makes of what was typed."""

from collections.abc import Iterator
from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from shared.errors import Conflict, Fault, Invalid
from shared.web.forms import Form
from tests.shared.web.gallery import make_gallery


@pytest.fixture(autouse=True)
def request_in_indonesian() -> Iterator[None]:
    """Be in a request of somebody who chose no language."""
    with make_gallery().test_request_context("/"):
        yield


def typed(**values: str) -> Form:
    """Return a form in which these were typed."""
    return Form(MultiDict(values))


@pytest.mark.parametrize(
    "text", ["1250000", "1.250.000", "1,250,000", "Rp1.250.000", " Rp 1 250 000 ", "rp. 1.250.000"]
)
def test_a_sum_may_be_typed_as_people_write_it(text: str) -> None:
    assert typed(quantity=text).whole("quantity") == 1_250_000


@pytest.mark.parametrize(
    ("text", "shown"), [("1250000", "1.250.000"), ("Rp1,250,000", "1.250.000"), ("satu", "satu"), ("", "")]
)
def test_a_number_comes_back_with_its_thousands_apart_and_anything_else_as_it_was(
    text: str, shown: str
) -> None:
    assert typed(quantity=text).number("quantity") == shown


@pytest.mark.parametrize("text", ["1,5", "1.25", "satu", "1e6", "١٢٣4x", "1.250.00", "9" * 17])
def test_refuses_what_is_no_whole_number(text: str) -> None:
    form = typed(quantity=text)
    assert form.whole("quantity") is None
    assert form.errors["quantity"] == "Tulis bilangan bulat, misalnya 1.250.000."


@pytest.mark.parametrize("text", ["a\x1b[31m\x07", "nul \x00", "a\x9b", "Jl. \u202eA", "\u2068b", "c\rd"])
def test_refuses_text_that_shows_something_else_than_it_holds(text: str) -> None:
    form = typed(reference=text)
    assert form.text("reference") is None
    assert set(form.errors) == {"reference"}


def test_a_paragraph_keeps_its_lines_and_every_letter() -> None:
    said = "Rumah\ttua\r\nAtap bocor \u00a0 – ꦲꦤ \U0001f9d1\u200d\U0001f33e"
    assert typed(about=f" {said}\r\n").text("about") == said.replace("\r\n", "\n")


def test_refuses_a_number_outside_its_range_and_says_the_range() -> None:
    form = typed(hours="0", seats="50", grains="1000000000000001")
    assert form.whole("hours", least=1) is None
    assert form.whole("seats", least=1, most=40) is None
    assert form.whole("grains", least=1) is None
    assert form.errors == {
        "hours": "Tulis 1 atau lebih.",
        "seats": "Tulis angka dari 1 sampai 40.",
        "grains": "Tulis angka dari 1 sampai 1.000.000.000.000.000.",
    }


def test_reads_a_day_and_refuses_what_is_none() -> None:
    form = typed(opens="2026-11-21", ends="2026-02-30")
    assert form.day("opens") == date(2026, 11, 21)
    assert form.day("ends") is None
    assert set(form.errors) == {"ends"}


def test_an_empty_field_is_a_fault_only_where_it_is_required() -> None:
    form = typed(name="  ")
    assert form.text("name", required=False) is None
    assert form.errors == {}
    assert form.text("name") is None
    assert form.errors == {"name": "Isi bagian ini."}


def test_a_text_is_trimmed_and_not_too_long() -> None:
    form = typed(name=" Beras ", about="x" * 11)
    assert form.text("name") == "Beras"
    assert form.text("about", longest=10) is None


def test_takes_only_codes_of_the_list() -> None:
    form = Form(MultiDict([("fund", "lottery"), ("areas", "a"), ("areas", "a"), ("areas", "b")]))
    assert form.choice("fund", ("zis",)) is None
    assert form.choices("areas", ("a", "b")) == ["a", "b"]
    assert form.choices("areas", ("a",)) == []
    assert set(form.errors) == {"fund", "areas"}


def test_shows_the_faults_of_an_operation_beside_their_fields() -> None:
    form = typed()
    form.take(
        Invalid([Fault("/restrictions/areas/0", "No."), Fault("/expires_on", "Must not be in the past.")]),
        names={"/expires_on": "until"},
    )
    form.call("until", "Berlaku sampai")
    assert form.errors == {"areas": "No.", "until": "Tidak boleh di masa lalu."}
    assert ("until", "Berlaku sampai: Tidak boleh di masa lalu.") in form.faults()
    form.call("until", "Sampai kapan?")
    assert ("until", "Sampai kapan? Tidak boleh di masa lalu.") in form.faults()


def test_a_refusal_without_a_field_stands_above_the_form() -> None:
    form = typed()
    form.take(Conflict("closed", "The need is closed."))
    assert form.faults() == [("", "Kebutuhan ini sudah ditutup.")]


def test_shows_values_that_are_there_already() -> None:
    form = Form.of(quantity=5, areas=["a", "b"], note=None, zakat=True, recurring=False)
    assert form.ticked("zakat")
    assert not form.ticked("recurring")
    assert (form.value("quantity"), form.chosen("areas"), form.value("note")) == ("5", ["a", "b"], "")

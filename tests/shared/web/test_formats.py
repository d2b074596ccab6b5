"""Numbers, money and times as they stand on a page."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import current_app
from flask_babel import force_locale

from shared.web import formats
from tests.shared.web.gallery import make_gallery


@pytest.fixture(autouse=True)
def request_in_indonesian() -> Iterator[None]:
    """Be in a request of somebody who chose no language."""
    with make_gallery().test_request_context("/"):
        yield


@pytest.mark.parametrize(
    ("amount", "words"),
    [(0, "Rp0"), (1_250_000, "Rp1.250.000"), (-5_000, "−Rp5.000"), (None, "–")],
)
def test_rupiah_are_written_in_full(amount: int | None, words: str) -> None:
    assert formats.rupiah(amount) == words


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (999, "Rp999"),
        (1_250_000, "Rp1,25 juta"),
        (999_999, "Rp1 juta"),
        (2_000_000_000, "Rp2 miliar"),
        (7_408_000_000_000, "Rp7,41 triliun"),
        (-1_500, "−Rp1,5 ribu"),
    ],
)
def test_large_sums_are_written_with_their_scale(amount: int, words: str) -> None:
    assert formats.rupiah_short(amount) == words


def test_english_writes_the_same_sums_with_its_own_separators() -> None:
    with force_locale("en"):
        assert formats.rupiah(1_250_000) == "Rp1,250,000"
        assert formats.rupiah_short(1_250_000) == "Rp1.25 million"
        assert formats.percent(0.095) == "9.5%"


def test_a_template_writes_a_constant_in_the_language_of_each_reader() -> None:
    template = current_app.jinja_env.from_string("{{ 1000|whole }} {% set most = 1000|whole %}{{ most }}")
    assert template.render() == "1.000 1.000"
    with force_locale("en"):
        assert template.render() == "1,000 1,000"


def test_a_small_count_is_not_told() -> None:
    assert formats.count(None) == "<10"
    assert formats.count(1250) == "1.250"


def test_a_share_of_one_is_a_percentage() -> None:
    assert formats.percent(0.095) == "9,5%"


def test_an_instant_is_told_in_the_time_of_the_regency() -> None:
    late = datetime(2026, 11, 21, 17, 15, tzinfo=UTC)
    assert formats.instant(late) == "22 November 2026, 00.15 WIB"
    assert formats.day(late) == "22 November 2026"
    with force_locale("en"):
        assert formats.instant(late) == "22 November 2026, 00:15 WIB"


def test_months_have_their_indonesian_names() -> None:
    assert formats.day(date(2026, 8, 17)) == "17 Agustus 2026"


@pytest.mark.parametrize(
    ("amount", "unit", "item", "indonesian", "english"),
    [
        (25_000_000, "IDR", None, "Rp25.000.000", "Rp25,000,000"),
        (1_250, "kg", "rice", "1.250 kg beras", "1,250 kg rice"),
        (3, "piece", "wheelchair", "3 kursi roda", "3 wheelchairs"),
        (1, "seat", "training_seat", "1 kursi pelatihan", "1 training seat"),
        (40, "seat", None, "40 kursi", "40 seats"),
        (1, "seat", None, "1 kursi", "1 seat"),
    ],
)
def test_a_quantity_names_what_is_counted(
    amount: int, unit: str, item: str | None, indonesian: str, english: str
) -> None:
    assert formats.quantity(amount, unit, item) == indonesian
    with force_locale("en"):
        assert formats.quantity(amount, unit, item) == english

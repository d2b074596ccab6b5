"""Every code has a word, every word an Indonesian one."""

import re

import pytest
from babel.messages.catalog import Catalog

from shared import vocabulary
from shared.auth.principal import ROLES
from shared.catalogue import ITEMS
from shared.web import catalogue_build, words
from shared.web.language import read_catalogue
from tests.shared.web.gallery import make_gallery

LISTS = {
    "stakeholder_kind": vocabulary.STAKEHOLDER_KINDS,
    "resource_kind": vocabulary.RESOURCE_KINDS,
    "fund": vocabulary.FUNDS,
    "strategy": vocabulary.STRATEGIES,
    "need_category": vocabulary.NEED_CATEGORIES,
    "attribute": vocabulary.ATTRIBUTES,
    "decile_source": vocabulary.DECILE_SOURCES,
    "pledge_status": vocabulary.PLEDGE_STATUSES,
    "household_status": vocabulary.HOUSEHOLD_STATUSES,
    "visit_outcome": vocabulary.VISIT_OUTCOMES,
    "need_status": vocabulary.NEED_STATUSES,
    "allocation_status": vocabulary.ALLOCATION_STATUSES,
    "delivery_outcome": vocabulary.DELIVERY_OUTCOMES,
    "role": ROLES,
}


@pytest.mark.parametrize("name", LISTS)
def test_every_code_of_the_vocabulary_has_a_word(name: str) -> None:
    assert tuple(words.WORDS[name]) == LISTS[name]


def test_every_unit_of_the_catalogue_has_a_word() -> None:
    assert {item.unit for item in ITEMS.values()} <= set(words.WORDS["unit"])


def test_what_is_counted_is_called_the_same_with_its_item_and_without() -> None:
    # `3 paket` of `Paket gizi balita`; what is counted in pieces is named by itself.
    counted = [item for item in ITEMS.values() if item.unit not in {"kg", "piece"}]
    with make_gallery().test_request_context("/"):
        assert [item.name_id.split()[0].lower() for item in counted] == [
            words.unit_name(item.unit) for item in counted
        ]


def test_a_tone_belongs_to_a_code_that_exists() -> None:
    codes = {code for vocabulary_words in words.WORDS.values() for code in vocabulary_words}
    assert set().union(*words.TONES.values()) <= codes


def test_a_word_is_indonesian_unless_english_was_asked_for() -> None:
    app = make_gallery()
    with app.test_request_context("/"):
        assert words.word("food", "need_category") == "Pangan"
        assert words.options("resource_kind", ["goods", "cash"]) == [
            ("cash", "Uang tunai"),
            ("goods", "Barang"),
        ]
    with app.test_request_context("/?lang=en"):
        assert words.word("food", "need_category") == "Food"


def test_an_area_and_an_item_have_their_names() -> None:
    with make_gallery().test_request_context("/"):
        assert words.area_name("35.17.01") == "Perak"
        assert words.area_name("35.17.99") == "35.17.99"
        assert words.item_name("rice") == "Beras"


def test_the_catalogue_holds_every_string_of_the_pages() -> None:
    on_disk = {(message.id, message.context) for message in catalogue_build.read()}
    collected = {(message.id, message.context) for message in catalogue_build.collect()}
    assert collected - on_disk == set(), "run `make words`"


def test_every_string_has_its_indonesian() -> None:
    assert catalogue_build.untranslated(catalogue_build.read()) == []


def test_a_translation_asks_for_the_same_figures_as_its_string() -> None:
    for message in catalogue_build.read():
        english = [message.id] if isinstance(message.id, str) else list(message.id)
        indonesian = [message.string] if isinstance(message.string, str) else list(message.string or ())
        for text in filter(None, indonesian if message.id else []):
            assert figures(text) == figures(english[-1]), text


def figures(text: str) -> set[str]:
    """Return the names that a string fills in."""
    return set(re.findall(r"%\((\w+)\)[sd]", text))


def test_a_translation_survives_its_string_and_comes_back_with_it() -> None:
    known, gone, back = (Catalog(locale="id") for _ in range(3))
    known.add("Rice", "Beras")
    catalogue_build.translate(gone, known)
    back.add("Rice")
    catalogue_build.translate(back, gone)
    assert [message.string for message in back if message.id] == ["Beras"]


def test_english_needs_no_catalogue() -> None:
    assert read_catalogue("en").gettext("Food") == "Food"

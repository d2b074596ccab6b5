"""The areas are the official ones, and their codes nest."""

import pytest

from shared import areas


def test_holds_every_subdistrict_and_village_of_jombang() -> None:
    assert len(areas.subdistricts()) == 21
    assert len(areas.villages()) == 306
    assert sum(one.population for one in areas.subdistricts().values()) == 1_335_972
    assert {village.subdistrict for village in areas.villages().values()} == set(areas.subdistricts())


def test_every_subdistrict_has_a_place_of_its_own_on_the_tile_map() -> None:
    places = [(one.tile_row, one.tile_col) for one in areas.subdistricts().values()]
    assert len(set(places)) == 21


def test_children_are_one_level_down() -> None:
    assert areas.children_of("35.17") == list(areas.subdistricts())
    assert areas.children_of("35.17.01")[0] == "35.17.01.2001"
    assert areas.children_of("35.17.01.2001") == []


@pytest.mark.parametrize(
    ("outer", "inner", "inside"),
    [
        ("35.17", "35.17.01.2001", True),
        ("35.17.01", "35.17.01", True),
        ("35.17.01", "35.17.02", False),
        ("35.1", "35.17", False),
        ("35.17.01.2001", "35.17.01", False),
    ],
)
def test_containment_goes_by_levels_not_by_letters(outer: str, inner: str, inside: bool) -> None:
    assert areas.contains(outer, inner) is inside


def test_a_code_that_is_none_is_told() -> None:
    assert not areas.exists("35.18")
    with pytest.raises(KeyError):
        areas.name_of("99.99.99")

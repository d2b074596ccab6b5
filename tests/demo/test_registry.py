"""The synthetic registry."""

import io
from collections import Counter

import pytest

from demo.registry import HOUSING, Household, make_households, rows, write_csv
from shared import areas
from shared.vocabulary import ATTRIBUTES

COLUMNS = (
    "id_keluarga,no_kk,nik,nama,hubungan,tanggal_lahir,jenis_kelamin,alamat,kode_desa,desil,sumber_desil,"
    "vintase_desil,jenis_atap,jenis_dinding,jenis_lantai,sumber_air,sanitasi,penerangan,atribut"
)


@pytest.fixture(scope="module")
def households() -> list[Household]:
    return make_households(people=7408, seed=3517)


@pytest.fixture(scope="module")
def people(households: list[Household]) -> list[dict[str, str]]:
    return list(rows(households))


def test_it_is_calibrated_on_the_published_figure(
    households: list[Household], people: list[dict[str, str]]
) -> None:
    assert len(people) == 7408
    assert 2400 <= len(households) <= 2700


def test_it_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    def text(seed: int) -> str:
        out = io.StringIO()
        write_csv(out, people=200, seed=seed)
        return out.getvalue()

    assert text(1) == text(1)
    assert text(1) != text(2)
    assert text(1).splitlines()[0] == COLUMNS


def test_households_are_spread_over_the_villages_by_population(households: list[Household]) -> None:
    counts = Counter(areas.villages()[household.desa].subdistrict for household in households)
    assert set(counts) == set(areas.subdistricts())
    population = {area.code: area.population for area in areas.subdistricts().values()}
    expected = {
        code: len(households) * people / sum(population.values()) for code, people in population.items()
    }
    assert all(abs(counts[code] - expected[code]) < 5 * expected[code] ** 0.5 for code in expected)
    assert len({household.desa for household in households}) > 290


def test_no_number_can_be_a_real_persons_and_none_is_given_twice(people: list[dict[str, str]]) -> None:
    assert all(person["nik"][12:] >= "9001" for person in people)
    assert all(person["no_kk"][12:] >= "9001" for person in people)
    assert len({person["nik"] for person in people}) == len(people)
    assert {len(person[column]) for person in people for column in ("nik", "no_kk")} == {16}
    assert all("Sintetis" in person["nama"] and "Sintetis" in person["alamat"] for person in people)


def test_a_nik_tells_the_birth_date_and_the_sex(people: list[dict[str, str]]) -> None:
    for person in people:
        year, month, day = person["tanggal_lahir"].split("-")
        told = int(day) + (40 if person["jenis_kelamin"] == "P" else 0)
        assert person["nik"][6:12] == f"{told:02}{month}{year[2:]}"
        assert person["nik"][:6] == person["kode_desa"].replace(".", "")[:6]


def test_each_household_has_exactly_one_head_and_one_card(people: list[dict[str, str]]) -> None:
    heads = Counter(person["id_keluarga"] for person in people if person["hubungan"] == "kepala")
    assert set(heads.values()) == {1}
    assert set(heads) == {person["id_keluarga"] for person in people}
    cards = {(person["id_keluarga"], person["no_kk"]) for person in people}
    assert len(cards) == len(heads)


def test_only_known_words_are_used(people: list[dict[str, str]]) -> None:
    attributes = {word for person in people for word in person["atribut"].split("|") if word}
    assert attributes <= set(ATTRIBUTES)
    assert {person["desil"] for person in people} == {"1", "2"}
    for column, words in HOUSING.items():
        assert {person[column] for person in people} == set(words)

"""The vulnerability score."""

from hypothesis import given
from hypothesis import strategies as st

from services.programs.scoring.domain import ATTRIBUTE_POINTS, HOUSING_POINTS, grade, score

POOR = {
    "roof": "jerami",
    "wall": "bambu",
    "floor": "tanah",
    "water": "sungai",
    "sanitation": "tidak_ada",
    "lighting": "pelita",
}
GOOD = {
    "roof": "genteng",
    "wall": "tembok",
    "floor": "keramik",
    "water": "pdam",
    "sanitation": "sendiri",
    "lighting": "pln",
}


def test_the_most_vulnerable_household_has_a_thousand_points() -> None:
    found = score(housing=POOR, attributes=list(ATTRIBUTE_POINTS), decile=1, people=8, earners=0)
    assert found.value == 1000


def test_a_household_that_lacks_nothing_has_none() -> None:
    assert score(housing=GOOD, attributes=[], decile=10, people=2, earners=2).value == 0


def test_the_parts_are_kept_and_add_up() -> None:
    found = score(housing=GOOD | {"floor": "tanah"}, attributes=["elderly"], decile=2, people=4, earners=2)
    assert found.parts == {"floor": 60, "dependants": 50, "size": 20, "elderly": 40, "decile": 75}
    assert (found.value, found.version) == (245, "v1")


def test_what_is_not_known_of_a_dwelling_counts_half() -> None:
    found = score(housing={"roof": "kaca"}, attributes=[], decile=10, people=1, earners=1)
    assert found.parts == {part: points // 2 for part, points in HOUSING_POINTS.items()}


def test_the_words_of_files_and_of_english_are_graded_alike() -> None:
    assert grade("floor", "Tanah") == grade("floor", "earth") == "poor"
    assert grade("sanitation", "tidak_ada") == grade("sanitation", "none") == "poor"
    assert grade("roof", None) == "unknown"


@given(
    st.fixed_dictionaries(
        {part: st.sampled_from(["genteng", "bambu", "tanah", "x", ""]) for part in HOUSING_POINTS}
    ),
    st.sets(st.sampled_from(sorted(ATTRIBUTE_POINTS))),
    st.integers(1, 10),
    st.integers(1, 40),
    st.integers(0, 40),
)
def test_a_score_is_always_from_0_to_1000(
    housing: dict[str, str], attributes: set[str], decile: int, people: int, earners: int
) -> None:
    found = score(
        housing=housing, attributes=attributes, decile=decile, people=people, earners=min(earners, people)
    )
    assert 0 <= found.value <= 1000

"""An attacker who subtracts what is shown from what is shown learns no small count."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from shared.disclosure import SMALLEST_SHOWN, Group, disclose, disclose_parts

GROUPS = (
    Group(("households", "people")),
    Group(("delivered",), ("delivered_idr",), root_keeps_amounts=True),
    Group(("needs",), ("quantity",)),
)
NAMES = [name for group in GROUPS for name in (*group.counts, *group.amounts)]


def tree(leaves: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Return the totals of a regency `r`, whose children are the first letters of the leaves."""
    totals: dict[str, int] = dict(leaves)
    for leaf, count in leaves.items():
        totals[leaf[0]] = totals.get(leaf[0], 0) + count
    totals["r"] = sum(leaves.values())
    return {area: dict.fromkeys(NAMES, count) for area, count in totals.items()}


def children(leaves: Mapping[str, int], area: str) -> list[str]:
    """Return the areas directly inside one."""
    if area == "r":
        return sorted({leaf[0] for leaf in leaves})
    return sorted(leaf for leaf in leaves if len(area) == 1 and leaf[0] == area)


def shown_of(leaves: Mapping[str, int], name: str = "households") -> dict[str, int | None]:
    """Return what is shown of one figure."""
    found = disclose(tree(leaves), GROUPS, "r", lambda area: children(leaves, area))
    return {area: figures[name] for area, figures in found.items()}


def test_a_small_count_is_hidden_and_zero_is_not() -> None:
    shown = shown_of({"aa": 100, "ab": 9, "ac": 30, "ad": 0})
    assert shown["ab"] is None
    assert shown["ad"] == 0


def test_the_next_larger_one_covers_a_single_small_one() -> None:
    shown = shown_of({"aa": 100, "ab": 9, "ac": 30})
    assert shown["ac"] is None
    assert shown["aa"] == 100


def test_many_ones_are_not_told_by_their_sum() -> None:
    assert all(shown_of({f"a{number}": 1 for number in range(12)})[f"a{n}"] is None for n in range(12))
    shown = shown_of({"aa": 1, "ab": 1, "ac": 50, "ad": 40})
    assert (shown["aa"], shown["ab"], shown["ac"], shown["ad"]) == (None, None, 50, None)


def test_a_hidden_area_shows_nothing_inside_it() -> None:
    shown = shown_of({"aa": 20, "ab": 30, "ba": 3, "ca": 40, "cb": 50})
    assert (shown["a"], shown["aa"], shown["ab"]) == (None, None, None)
    assert shown["c"] == 90


def test_rupiah_of_the_regency_is_shown_and_that_behind_a_hidden_count_is_not() -> None:
    found = disclose(tree({"aa": 3}), GROUPS, "r", lambda area: children({"aa": 3}, area))
    assert (found["r"]["delivered"], found["r"]["delivered_idr"]) == (None, 3)
    assert found["aa"]["delivered_idr"] is None
    assert found["r"]["quantity"] is None


def test_a_part_that_is_missing_may_be_empty_or_hidden() -> None:
    groups = (Group(("needs",), ("quantity",)),)

    def parts(**counts: int) -> dict[str, dict[str, int | None]]:
        figures = {area: {"needs": count, "quantity": 7 * count} for area, count in counts.items()}
        return disclose_parts(figures, groups, "r")

    assert parts(a=40, b=0) == {"r": {"needs": 40, "quantity": 280}, "a": {"needs": 40, "quantity": 280}}
    assert parts(a=40, b=3, c=12, d=0) == {
        "r": {"needs": 55, "quantity": 385},
        "a": {"needs": 40, "quantity": 280},
    }
    assert parts(a=4, b=3) == {"r": {"needs": None, "quantity": None}}


leaf_names = st.sampled_from([a + b for a in "abc" for b in "vwxyz"])


@given(st.dictionaries(leaf_names, st.integers(0, 40), min_size=1))
def test_no_small_count_can_be_recovered_by_subtraction(leaves: dict[str, int]) -> None:
    counts = {area: figures["households"] for area, figures in tree(leaves).items()}
    shown = shown_of(leaves)
    assert all(shown[area] is None for area, count in counts.items() if 0 < count < SMALLEST_SHOWN)
    for parent in counts:
        hidden = [area for area in children(leaves, parent) if shown[area] is None]
        if not hidden or shown[parent] is None:
            continue
        # All that subtraction yields is the sum of those hidden.
        assert len(hidden) > 1
        assert sum(counts[area] for area in hidden) >= SMALLEST_SHOWN
    for parent, total in shown.items():
        if total is None:
            assert all(shown[area] is None for area in children(leaves, parent))

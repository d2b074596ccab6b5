"""Which counts may be shown, so that no household can be told from the figures.

A count of 1 to 9 is hidden; 0 is shown, for there is nobody to protect. Whatever adds up to a
shown total could be had by subtraction, so among the children of an area more are hidden until
what is hidden together leaves room for doubt: at least two areas, none of which could be told to
within ten. A hidden area shows nothing of what lies inside it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

SMALLEST_SHOWN = 10

Figures = Mapping[str, int]
Shown = dict[str, int | None]


@dataclass(frozen=True, slots=True)
class Group:
    """Figures that are hidden together. `counts` decide; `rupiah` would give the counts away."""

    counts: tuple[str, ...]
    rupiah: tuple[str, ...] = ()


GROUPS = (
    Group(("households", "people")),
    Group(("verified",)),
    Group(("matched",), ("reserved_idr", "contributed_idr")),
    Group(("delivered",), ("delivered_idr",)),
    Group(("graduated",)),
    Group(("needs_open",)),
    Group(("needs_covered",)),
    Group(("needs_delivered",)),
)


def is_small(count: int) -> bool:
    """Tell whether a count of households or people is too small to be shown."""
    return 0 < count < SMALLEST_SHOWN


def show_count(count: int) -> int | None:
    """Return a count that stands alone, or None where it is hidden."""
    return None if is_small(count) else count


def disclose(
    figures: Mapping[str, Figures], root: str, children_of: Callable[[str], Sequence[str]]
) -> dict[str, Shown]:
    """Return the figures of every area from `root` down, None where hidden.

    `figures` holds the totals of every area, so that each is the sum of its children's. Rupiah of
    the root is always shown.
    """
    shown = {area: dict[str, int | None](found) for area, found in figures.items()}
    for group in GROUPS:
        for area in _hidden_areas(figures, root, children_of, group.counts):
            names = group.counts if area == root else (*group.counts, *group.rupiah)
            shown[area].update(dict.fromkeys(names))
    return shown


def _hidden_areas(
    figures: Mapping[str, Figures],
    root: str,
    children_of: Callable[[str], Sequence[str]],
    counts: tuple[str, ...],
) -> set[str]:
    hidden = {root} if _has_small(figures[root], counts) else set[str]()
    parents = [root]
    for parent in parents:
        if children := children_of(parent):
            hidden.update(children if parent in hidden else hide_among(figures, children, counts))
            parents.extend(children)
    return hidden


def hide_among(
    figures: Mapping[str, Figures], areas: Sequence[str], counts: tuple[str, ...]
) -> Sequence[str]:
    """Return which areas, whose total is shown, to hide: the small, and the next larger that cover them."""
    hidden = [area for area in areas if _has_small(figures[area], counts)]
    if not hidden:
        return hidden
    others = [area for area in areas if area not in hidden and any(figures[area][count] for count in counts)]
    others.sort(key=lambda area: (figures[area][counts[0]], area), reverse=True)
    while others and not _leaves_doubt(figures, hidden, counts):
        hidden.append(others.pop())
    # Where all of them together are too few, not even the zeros are told.
    return hidden if _leaves_doubt(figures, hidden, counts) else areas


def _has_small(figures: Figures, counts: tuple[str, ...]) -> bool:
    return any(0 < figures[count] < SMALLEST_SHOWN for count in counts)


def _leaves_doubt(figures: Mapping[str, Figures], hidden: Sequence[str], counts: tuple[str, ...]) -> bool:
    """Tell whether each hidden count could still be anything from 1 to 10, given their sum."""
    sums = (sum(figures[area][count] for area in hidden) for count in counts)
    return len(hidden) > 1 and all(total - len(hidden) + 1 >= SMALLEST_SHOWN for total in sums)

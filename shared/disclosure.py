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
    """Figures that are hidden together. `counts` decide; `amounts` would give the counts away.

    `root_keeps_amounts`: of the outermost area they are shown whatever the count.
    """

    counts: tuple[str, ...]
    amounts: tuple[str, ...] = ()
    root_keeps_amounts: bool = False


def is_small(count: int) -> bool:
    """Tell whether a count of households or people is too small to be shown."""
    return 0 < count < SMALLEST_SHOWN


def disclose(
    figures: Mapping[str, Figures],
    groups: Sequence[Group],
    root: str,
    children_of: Callable[[str], Sequence[str]],
) -> dict[str, Shown]:
    """Return the figures of every area from `root` down, None where hidden.

    `figures` holds the totals of every area, so that each is the sum of its children's.
    """
    shown = {area: dict[str, int | None](found) for area, found in figures.items()}
    for group in groups:
        for area in _hidden_areas(figures, root, children_of, group.counts):
            kept = area == root and group.root_keeps_amounts
            shown[area].update(dict.fromkeys(group.counts if kept else (*group.counts, *group.amounts)))
    return shown


def disclose_parts(parts: Mapping[str, Figures], groups: Sequence[Group], root: str) -> dict[str, Shown]:
    """Return the figures of `root`, which are the sum of its parts', and of the parts that may be told apart.

    A part that is missing may be empty or hidden: nobody learns which, so a part that is empty
    protects those that are not. The first count of the first group tells which are empty.
    """
    names = [name for group in groups for name in (*group.counts, *group.amounts)]
    total = {name: sum(part[name] for part in parts.values()) for name in names}
    shown = disclose({root: total, **parts}, groups, root, lambda area: sorted(parts) if area == root else ())
    first = groups[0].counts[0]
    return {area: figures for area, figures in shown.items() if area == root or figures[first]}


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
            hidden.update(children if parent in hidden else _hide_among(figures, children, counts))
            parents.extend(children)
    return hidden


def _hide_among(
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

"""From what classes give to classes, back to needs and pledges: who gets how much of which pledge."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.programs.matching.engine.batch import Cover
from services.programs.matching.engine.compiled import compiled

Ints = NDArray[np.int64]


class Parts(NamedTuple):
    """Three columns of equal length: so much of a pledge for a need, by their places."""

    need: Ints
    pledge: Ints
    quantity: Ints


@compiled
def _share_out(taker_of: Ints, wanted: Ints, first: Ints, giver: Ints, has: Ints) -> tuple[Ints, Ints, Ints]:
    """Let takers, in their order, take from the givers of their group, in theirs (the north-west corner rule).

    The givers of group g are those from first[g] to first[g + 1].
    """
    most = len(taker_of) + len(giver)
    takers, givers, quantities = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    at, left, used = first.copy(), has.copy(), 0
    for taker in range(len(taker_of)):
        group, rest = taker_of[taker], wanted[taker]
        while rest > 0:
            each = at[group]
            by = min(rest, left[each])
            if by > 0:
                takers[used], givers[used], quantities[used] = taker, giver[each], by
                used += 1
                rest -= by
                left[each] -= by
            if left[each] == 0:
                at[group] += 1
    return takers[:used], givers[:used], quantities[:used]


def expand(of_need: Ints, of_pledge: Ints, pledged: Ints, found: Cover) -> Parts:
    """Split what pledge classes gave to need classes among their pledges and needs.

    Needs stand in their order, pledges in theirs: inside a class the highest need gets what is spent first.
    There are few parts: never more than needs, pledges and pairs of classes together.
    """
    order = np.lexsort((found.pledge_class, found.need_class))
    first = np.searchsorted(found.need_class[order], np.arange(of_need.max(initial=-1) + 2))
    needs, classes, quantities = _share_out(
        of_need, found.covered, first, found.pledge_class[order], found.quantity[order]
    )
    by_class = np.argsort(of_pledge, kind="stable")
    first = np.searchsorted(of_pledge[by_class], np.arange(of_pledge.max(initial=-1) + 2))
    pieces, pledges, parts = _share_out(classes, quantities, first, by_class, pledged[by_class])
    return Parts(needs[pieces], pledges, parts)

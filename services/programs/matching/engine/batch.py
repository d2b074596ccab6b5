"""The batch: needs in their order, each covered as far as the pledges go, and nothing taken from those before.

A maximum flow that grows need by need. Its nodes are classes of needs and of pledges. A path leads from the class
of a need to a pledge class with something free, over pledge classes that take back what they gave to another
class, which the next one feeds instead. Paths are found as in ISAP (Ahuja and Orlin 1989): depth first along
labels that never exceed the distance to something free, with the place in each node's arcs remembered (current
arcs), and all nodes beyond a label that no node has any more cut off at once (the gap rule). What is free only
shrinks, so labels only grow, and a class that is cut off is never looked at again.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.programs.matching.engine.compiled import compiled, leaf
from services.programs.matching.engine.labels import (
    NONE,
    Ints,
    Labels,
    Rows,
    distance_of_need,
    forget,
    insert,
    next_pledge,
    remove,
)
from services.programs.matching.engine.network import (
    Arcs,
    State,
    arc_between,
    begin,
    lacks_room,
    note_arc,
    note_node,
    undo,
    with_room,
)


class Cover(NamedTuple):
    """What each need got, and what pledge classes gave to need classes: three columns of equal length."""

    covered: Ints
    need_class: Ints
    pledge_class: Ints
    quantity: Ints


def cover(
    need_class: Ints, wanted: Ints, rows: Rows, supply: Ints, indivisible: NDArray[np.bool_] | None = None
) -> Cover:
    """Cover needs, which stand in their order, from pledge classes that have so much.

    `rows` are the pledge classes that admit each need class (see `Rows`); of several that could be used, the
    nearest is, and of those the one that comes first. An indivisible need is covered whole or not at all: in its
    turn it gets what it wants where that takes nothing from those before it.
    """
    if indivisible is None:
        indivisible = np.zeros(len(need_class), np.bool_)
    covered, needs, pledges, flow = _cover(need_class, wanted, indivisible, rows, supply)
    used = flow > 0
    return Cover(covered, needs[used], pledges[used], flow[used])


@compiled
def _cover(
    need_class: Ints, wanted: Ints, indivisible: NDArray[np.bool_], rows: Rows, supply: Ints
) -> tuple[Ints, Ints, Ints, Ints]:
    covered = np.zeros(len(need_class), np.int64)
    state = begin(rows, supply)
    # What a class could get at most when it last failed: it can never get more.
    most = np.full(len(rows.key), np.iinfo(np.int64).max)
    for need in range(len(need_class)):
        source, rest = need_class[need], wanted[need]
        if indivisible[need]:
            if rest > most[source]:
                continue
            state.journal.turn[0] = need
        while rest > 0:
            depth = _find_path(state, source)
            if depth == NONE:
                break
            if lacks_room(state, depth + 1):
                state = with_room(state, depth + 1)
            rest -= _push(state, depth, rest)
        if indivisible[need] and rest > 0:
            most[source] = wanted[need] - rest
            rest = wanted[need]
            undo(state)
        state.journal.turn[0] = NONE
        state.journal.used[:] = 0
        covered[need] = wanted[need] - rest
    used = state.arcs.used[0]
    return covered, state.arcs.need[:used], state.arcs.pledge[:used], state.arcs.flow[:used]


@leaf
def _find_path(state: State, source: int) -> int:
    """Fill `path` from a need class to something free; return how many arcs it takes back, -1 where there is none."""
    rows, labels, places, path = state.rows, state.labels, state.places, state.path
    blocked = len(labels.first)
    depth = 0
    path.need[0] = source
    while labels.of[source] < blocked:
        need = path.need[depth]
        note_node(state, need)
        pledge = next_pledge(rows, need, places.bit[need], labels)
        if pledge == NONE:
            places.bit[need] = 0
            _relabel(state, need, distance_of_need(rows, need, labels, labels.of[need]))
            depth = max(0, depth - 1)
            continue
        places.bit[need] = pledge
        path.pledge[depth] = pledge
        if state.free[pledge] > 0:
            return depth
        arc = _next_arc(state, pledge)
        if arc != NONE:
            path.arc[depth] = arc
            depth += 1
            path.need[depth] = state.arcs.need[arc]
        # What was cut off meanwhile may be on the path.
        while depth > 0 and labels.of[path.need[depth]] >= blocked:
            depth -= 1
    return NONE


@leaf
def _next_arc(state: State, pledge: int) -> int:
    """Return the next arc that a pledge class may take back; give it a new label where there is none."""
    arcs, labels = state.arcs, state.labels
    node = len(state.rows.key) + pledge
    note_node(state, node)
    arc: int = state.places.arc[pledge]
    wanted = labels.of[node] - 1
    while arc != NONE and not (arcs.flow[arc] > 0 and labels.of[arcs.need[arc]] == wanted):
        arc = arcs.next_of_pledge[arc]
    state.places.arc[pledge] = arc
    if arc == NONE:
        state.places.arc[pledge] = arcs.first_of_pledge[pledge]
        _relabel(state, node, _distance_of_pledge(pledge, arcs, labels))
    return arc


@leaf
def _push(state: State, depth: int, most: int) -> int:
    """Send as much as goes along the path; return how much."""
    arcs, path = state.arcs, state.path
    last = path.pledge[depth]
    by: int = min(most, state.free[last])
    for step in range(depth):
        by = min(by, arcs.flow[path.arc[step]])
    state.free[last] -= by
    for step in range(depth + 1):
        if step < depth:
            note_arc(state, path.arc[step])
            arcs.flow[path.arc[step]] -= by
        arc = arc_between(arcs, state.places, path.pledge[step], path.need[step])
        note_arc(state, arc)
        arcs.flow[arc] += by
    return by


@leaf
def _distance_of_pledge(pledge: int, arcs: Arcs, labels: Labels) -> int:
    least = len(labels.first)
    arc = arcs.first_of_pledge[pledge]
    while arc != NONE:
        if arcs.flow[arc] > 0:
            least = min(least, labels.of[arcs.need[arc]] + 1)
        arc = arcs.next_of_pledge[arc]
    return least


@leaf
def _relabel(state: State, node: int, label: int) -> None:
    """Give a node its new label; cut off what lies beyond a label that nobody has any more."""
    labels = state.labels
    old = labels.of[node]
    remove(labels, node)
    insert(labels, node, label)
    if labels.first[old] != NONE:
        return
    blocked = len(labels.first)
    for beyond in range(old + 1, labels.highest[0] + 1):
        each = labels.first[beyond]
        while each != NONE:
            note_node(state, each)
            labels.of[each] = blocked
            each = labels.after[each]
        forget(labels, beyond)
    labels.highest[0] = old

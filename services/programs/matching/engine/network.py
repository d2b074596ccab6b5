"""The network of a batch: what is free, what was given, and what is noted so that it can be undone."""

from typing import NamedTuple

import numpy as np

from services.programs.matching.engine.compiled import compiled, leaf
from services.programs.matching.engine.labels import (
    LEVELS,
    NONE,
    Ints,
    Labels,
    Rows,
    distance_of_need,
    insert,
    remove,
)


class Arcs(NamedTuple):
    """What pledge classes gave to need classes, as lists by either; an arc that is 0 again stays in them."""

    need: Ints
    pledge: Ints
    flow: Ints
    next_of_pledge: Ints
    next_of_need: Ints
    first_of_pledge: Ints
    last_of_pledge: Ints
    first_of_need: Ints
    used: Ints


class Places(NamedTuple):
    """Where the search of a node goes on: a bit of a need class's row, an arc of a pledge class."""

    bit: Ints
    arc: Ints


class Path(NamedTuple):
    """A need class, a pledge class, the arc that it takes back, the need class of that, and so on."""

    need: Ints
    pledge: Ints
    arc: Ints


class Journal(NamedTuple):
    """What was before an indivisible need was begun: labels of nodes and flows of arcs, each noted once.

    `turn` is the number of that need, `noted_..` the turn in which each was noted last; `used` how many are noted.
    """

    turn: Ints
    node: Ints
    label: Ints
    noted_node: Ints
    arc: Ints
    flow: Ints
    noted_arc: Ints
    used: Ints


class State(NamedTuple):
    rows: Rows
    free: Ints
    arcs: Arcs
    labels: Labels
    places: Places
    path: Path
    journal: Journal


@compiled
def begin(rows: Rows, supply: Ints) -> State:
    classes, pledges = len(rows.key), len(supply)
    nodes = classes + pledges
    room = 4 * nodes + 64
    free = supply.copy()
    arcs = Arcs(
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.full(pledges, NONE),
        np.full(pledges, NONE),
        np.full(classes, NONE),
        np.zeros(1, np.int64),
    )
    journal = Journal(
        np.full(1, NONE),
        np.empty(nodes, np.int64),
        np.empty(nodes, np.int64),
        np.full(nodes, NONE),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.full(room, NONE),
        np.zeros(2, np.int64),
    )
    places = Places(np.zeros(classes, np.int64), np.full(pledges, NONE))
    path = Path(np.empty(nodes + 1, np.int64), np.empty(nodes + 1, np.int64), np.empty(nodes + 1, np.int64))
    return State(rows, free, arcs, _first_labels(rows, free), places, path, journal)


@compiled
def _first_labels(rows: Rows, free: Ints) -> Labels:
    classes, pledges = len(rows.key), len(free)
    nodes = classes + pledges
    blocked = nodes + 2
    labels = Labels(
        np.full(nodes, blocked),
        np.full(blocked, NONE),
        np.full(nodes, NONE),
        np.full(nodes, NONE),
        np.zeros(1, np.int64),
        np.zeros((LEVELS, rows.table.shape[1]), np.uint64),
        np.zeros((LEVELS, (rows.table.shape[1] >> 6) + 1), np.uint64),
        classes,
    )
    for pledge in range(pledges):
        if free[pledge] > 0:
            insert(labels, classes + pledge, 1)
    for need in range(classes):
        insert(labels, need, distance_of_need(rows, need, labels, 0))
    return labels


@leaf
def arc_between(arcs: Arcs, places: Places, pledge: int, need: int) -> int:
    """Return the arc from a pledge class to a need class; there is room for a new one."""
    arc: int = arcs.first_of_need[need]
    while arc != NONE:
        if arcs.pledge[arc] == pledge:
            return arc
        arc = arcs.next_of_need[arc]
    arc = arcs.used[0]
    arcs.used[0] += 1
    arcs.need[arc], arcs.pledge[arc], arcs.flow[arc] = need, pledge, 0
    arcs.next_of_need[arc] = arcs.first_of_need[need]
    arcs.first_of_need[need] = arc
    arcs.next_of_pledge[arc] = NONE
    if arcs.last_of_pledge[pledge] == NONE:
        arcs.first_of_pledge[pledge] = arc
    else:
        arcs.next_of_pledge[arcs.last_of_pledge[pledge]] = arc
    arcs.last_of_pledge[pledge] = arc
    if places.arc[pledge] == NONE:
        places.arc[pledge] = arc
    return arc


@leaf
def lacks_room(state: State, more: int) -> bool:
    """Tell whether there is no room for so many arcs more."""
    used: int = state.arcs.used[0]
    return used + more > len(state.arcs.flow)


@compiled
def with_room(state: State, more: int) -> State:
    """Return the state with room for so many arcs more."""
    arcs, journal = state.arcs, state.journal
    grown = Arcs(
        _larger(arcs.need, more),
        _larger(arcs.pledge, more),
        _larger(arcs.flow, more),
        _larger(arcs.next_of_pledge, more),
        _larger(arcs.next_of_need, more),
        arcs.first_of_pledge,
        arcs.last_of_pledge,
        arcs.first_of_need,
        arcs.used,
    )
    noted = Journal(
        journal.turn,
        journal.node,
        journal.label,
        journal.noted_node,
        _larger(journal.arc, more),
        _larger(journal.flow, more),
        _larger(journal.noted_arc, more),
        journal.used,
    )
    return State(state.rows, state.free, grown, state.labels, state.places, state.path, noted)


@compiled
def _larger(array: Ints, more: int) -> Ints:
    grown = np.full(2 * len(array) + more, NONE)
    grown[: len(array)] = array
    return grown


@leaf
def note_node(state: State, node: int) -> None:
    journal = state.journal
    turn = journal.turn[0]
    if turn == NONE or journal.noted_node[node] == turn:
        return
    journal.noted_node[node] = turn
    journal.node[journal.used[0]] = node
    journal.label[journal.used[0]] = state.labels.of[node]
    journal.used[0] += 1


@leaf
def note_arc(state: State, arc: int) -> None:
    journal = state.journal
    turn = journal.turn[0]
    if turn == NONE or journal.noted_arc[arc] == turn:
        return
    journal.noted_arc[arc] = turn
    journal.arc[journal.used[1]] = arc
    journal.flow[journal.used[1]] = state.arcs.flow[arc]
    journal.used[1] += 1


@leaf
def undo(state: State) -> None:
    """Put back what was before an indivisible need was begun."""
    arcs, labels, places, journal = state.arcs, state.labels, state.places, state.journal
    for at in range(journal.used[1]):
        arc = journal.arc[at]
        state.free[arcs.pledge[arc]] += arcs.flow[arc] - journal.flow[at]
        arcs.flow[arc] = journal.flow[at]
    for at in range(journal.used[0]):
        node = journal.node[at]
        remove(labels, node)
        insert(labels, node, journal.label[at])
        # What the search passed over may lead somewhere again.
        if node < len(state.rows.key):
            places.bit[node] = 0
        else:
            pledge = node - len(state.rows.key)
            places.arc[pledge] = arcs.first_of_pledge[pledge]

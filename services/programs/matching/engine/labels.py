"""How far each node is, at the least, from something free: what a search goes by."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.programs.matching.engine.compiled import leaf

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]

NONE = -1


# So many of the labels that pledge classes can have are looked up as bits; there are seldom more than ten.
LEVELS = 32


# What a row is made of: village, category, decile, attributes, and what is left of the pledges that are not barred.
PARTS = 5


class Rows(NamedTuple):
    """The pledge classes that admit each need class: bit k % 64 of word k // 64 is that of pledge class k.

    The row of a need class is not stored: it is what all lines of the table share that its key names. The lines are
    few and stay in the processor's cache.
    """

    key: Ints
    table: Words


class Labels(NamedTuple):
    """The label of each node - need classes, then pledge classes - and the nodes of each label as a list.

    Need classes have even labels, pledge classes odd ones: `level[k]` are the pledge classes of label 2 k + 1,
    as bits, up to the last level, and `filled[k]` has a bit for each of its words that is not 0. `needs` is how
    many need classes there are.
    """

    of: Ints
    first: Ints
    before: Ints
    after: Ints
    highest: Ints
    level: Words
    filled: Words
    needs: int


@leaf
def insert(labels: Labels, node: int, label: int) -> None:
    """Put a node that is in no list into that of its label. A label beyond the last list cuts it off."""
    labels.of[node] = label
    if label >= len(labels.first):
        return
    follower = labels.first[label]
    labels.before[node] = NONE
    labels.after[node] = follower
    if follower != NONE:
        labels.before[follower] = node
    labels.first[label] = node
    labels.highest[0] = max(labels.highest[0], label)
    if node >= labels.needs and label >> 1 < LEVELS:
        place = node - labels.needs
        labels.level[label >> 1, place >> 6] |= _bit(place)
        labels.filled[label >> 1, place >> 12] |= _bit(place >> 6)


@leaf
def remove(labels: Labels, node: int) -> None:
    """Take a node out of the list of its label."""
    label = labels.of[node]
    if label >= len(labels.first):
        return
    prior, follower = labels.before[node], labels.after[node]
    if prior != NONE:
        labels.after[prior] = follower
    else:
        labels.first[label] = follower
    if follower != NONE:
        labels.before[follower] = prior
    if node >= labels.needs and label >> 1 < LEVELS:
        place = node - labels.needs
        labels.level[label >> 1, place >> 6] &= ~_bit(place)
        if not labels.level[label >> 1, place >> 6]:
            labels.filled[label >> 1, place >> 12] &= ~_bit(place >> 6)


@leaf
def forget(labels: Labels, label: int) -> None:
    """Empty the list of a label."""
    labels.first[label] = NONE
    if label & 1 and label >> 1 < LEVELS:
        labels.level[label >> 1, :] = 0
        labels.filled[label >> 1, :] = 0


@leaf
def distance_of_need(rows: Rows, need: int, labels: Labels, least: int) -> int:
    """Return the label of a need class, which is known to be at least so much."""
    for level in range(least >> 1, min(LEVELS, (labels.highest[0] >> 1) + 1)):
        if _next_in_level(rows, need, 0, labels.level[level], labels.filled[level]) != NONE:
            return 2 * level + 2
    found = len(labels.first)
    if labels.highest[0] >> 1 >= LEVELS:
        for at in range(rows.table.shape[1]):
            word = _word(rows, need, at)
            while word:
                found = min(found, labels.of[labels.needs + (at << 6) + _lowest_bit(word)] + 1)
                word &= word - np.uint64(1)
    return found


@leaf
def next_pledge(rows: Rows, need: int, start: int, labels: Labels) -> int:
    """Return the first pledge class, from `start` on, that admits a need class and is one nearer."""
    wanted = labels.of[need] - 1
    level = wanted >> 1
    if level < LEVELS:
        return _next_in_level(rows, need, start, labels.level[level], labels.filled[level])
    for place in range(start, len(labels.of) - labels.needs):
        if _word(rows, need, place >> 6) & _bit(place) and labels.of[labels.needs + place] == wanted:
            return place
    return NONE


@leaf
def _next_in_level(rows: Rows, need: int, start: int, level: Words, filled: Words) -> int:
    """Return the first bit, from `start` on, that a row and a level share; empty words of the level are skipped."""
    at = start >> 6
    if at >= len(level):
        return NONE
    word = _word(rows, need, at) & level[at] & (~np.uint64(0) << np.uint64(start & 63))
    if word:
        return (at << 6) + _lowest_bit(word)
    at += 1
    mask = ~np.uint64(0) << np.uint64(at & 63)
    for block in range(at >> 6, len(filled)):
        words = filled[block] & mask
        while words:
            at = (block << 6) + _lowest_bit(words)
            word = _word(rows, need, at) & level[at]
            if word:
                return (at << 6) + _lowest_bit(word)
            words &= words - np.uint64(1)
        mask = ~np.uint64(0)
    return NONE


@leaf
def _word(rows: Rows, need: int, at: int) -> np.uint64:
    word: np.uint64 = rows.table[rows.key[need, 0], at]
    for part in range(1, PARTS):
        word &= rows.table[rows.key[need, part], at]
    return word


@leaf
def _bit(place: int) -> np.uint64:
    return np.uint64(1) << np.uint64(place & 63)


@leaf
def _lowest_bit(word: np.uint64) -> int:
    """Return the place of the lowest bit of a word that is not 0."""
    place = 0
    for half in (32, 16, 8, 4, 2, 1):
        if word & ((np.uint64(1) << np.uint64(half)) - np.uint64(1)) == 0:
            word >>= np.uint64(half)
            place += half
    return place

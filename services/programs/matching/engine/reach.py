"""Searches of the residual network, over pledge classes alone, as bits of whole numbers.

From the class of a need a search comes to the pledge classes that admit it; from a pledge class to those that could
feed one of its receivers in its place.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple

from services.programs.matching.engine.admission import bits
from services.programs.matching.engine.books import Books
from services.programs.matching.engine.nodes import Key, Need, NeedClass, Part, Placed, PledgeClass

# Below every place: nobody has it.
FREE: Key = (2,)

# From one pledge class (-1: from where the search begins) to several.
Step = tuple[int, int]


class Walk(NamedTuple):
    """A search: its steps, all that it reached, and what it found, as a bit.

    Of what is nearest that is wanted, it is what is spent first; 0 where nothing is wanted of all that is reached.
    `passed` are those that it did not walk through, because they lie within others that it reached.
    """

    steps: list[Step]
    reached: int
    found: int
    passed: int = 0


def search(books: Books, row: int, wanted: int) -> Walk:
    """Walk from the classes of a row to the nearest that are wanted, which have something free."""
    steps, visited, frontier, passed = [(-1, row)], row, row, 0
    classes = books.classes.of_pledges
    while frontier:
        if hit := frontier & wanted:
            return Walk(steps, visited, 1 << min(bits(hit), key=lambda place: classes[place].spare[0][0]))
        for place in bits(frontier & books.classes.divided):
            passed |= classes[place].within
        frontier &= ~passed
        left = ~visited
        for place in bits(frontier):
            each = classes[place]
            if new := (_reach(each) if each.reach_is_old else each.reach) & left:
                steps.append((place, new))
                left ^= new
        frontier, visited = ~left ^ visited, ~left
    return Walk(steps, visited & ~passed, 0, passed)


@dataclass(slots=True)
class Around:
    """The pledge classes from which a search comes to one, and itself: all of them until it is worked out."""

    places: int = -1

    def work_out(self, books: Books, of: PledgeClass) -> None:
        """Tell them from all others."""
        found, rest = 1 << of.place, [each for each in books.classes.of_pledges if each.receivers]
        while True:
            before, left = found, []
            for each in rest:
                if _reach(each) & found:
                    found |= 1 << each.place
                else:
                    left.append(each)
            if found == before:
                break
            rest = left
        self.places = found


def lowest_of(books: Books, reached: int, above: Key) -> Need | None:
    """Return who would lose first of all whom some pledge classes feed and who stand below a place."""
    found: Need | None = None
    for place in bits(reached):
        each = books.classes.of_pledges[place]
        lowest = _lowest(each) if each.lowest_is_old else each.lowest
        if lowest is not None and lowest[0] > above:
            above, found = lowest
    return found


def highest_of(books: Books, around: Around) -> Iterator[Need]:
    """Yield who asks of all whom some pledge classes could feed, the highest first; who is covered then is passed.

    While they are yielded nobody may begin to ask who stands higher than the last.
    """
    waiting: list[tuple[Key, NeedClass]] = []
    groups = iter(list(books.asking))
    group = next(groups, None)
    while group or waiting:
        if group and (not waiting or group[0] < waiting[0][0]):
            if group[1].row & around.places:
                for each in [each for each in group[1].asking if each[1].row & around.places]:
                    heappush(waiting, each)
            group = next(groups, None)
            continue
        place, of = heappop(waiting)
        if not of.asking or not of.row & around.places:
            continue
        if of.asking[0][0] == place:
            yield of.asking[0][1]
        if of.asking and of.asking[0][0] != place:
            heappush(waiting, (of.asking[0][0], of))


def way_to(books: Books, steps: list[Step], wanted: int) -> list[PledgeClass]:
    """Return the pledge classes on the way of a search to the nearest that is wanted, from the first on."""
    place = next(next(bits(new & wanted)) for _, new in steps if new & wanted)
    way = [books.classes.of_pledges[place]]
    for source, new in reversed(steps):
        if source >= 0 and new >> place & 1:
            way.append(books.classes.of_pledges[source])
            place = source
    return way[::-1]


def unsettled(books: Books) -> list[Need]:
    """Return who asks and could have something: what is free, or what somebody has that stands lower.

    Somebody may be among them who can't have it once the others do.
    """
    levels = list(_levels(books))
    found: list[Need] = []
    for _, group in books.asking:
        for _, of in group.asking:
            could_have = next((place for place, reaching in levels if of.row & reaching), ())
            found.extend(need for place, need in of.asking if place < could_have)
    return found


def _levels(books: Books) -> Iterator[tuple[Key, int]]:
    """Yield the place of what could be had, the lowest first, and the pledge classes from which a search finds it."""
    left = {each.place: each for each in books.classes.of_pledges if each.spare or each.receivers}
    could_give = {place: _could_give(each) for place, each in left.items()}
    for source in sorted(left, key=could_give.__getitem__, reverse=True):
        if source not in left:
            continue
        # All that have something free at once: in a market that nobody has anything of yet these are all.
        reaching, found = 0, [place for place in left if could_give[place] == could_give[source]]
        while found:
            for place in found:
                reaching |= 1 << place
                del left[place]
            found = [place for place, each in left.items() if _reach(each) & reaching]
        yield could_give[source], reaching


def _could_give(of: PledgeClass) -> Key:
    lowest = _lowest(of) if of.lowest_is_old else of.lowest
    return FREE if of.spare or lowest is None else lowest[0]


class WayGone(Exception):
    """Something has moved since the search, and the way is no more."""


def passed_on(way: list[PledgeClass]) -> list[Part]:
    """Return what each class on a way but the last takes back, to be fed by the next one in its place.

    Raises WayGone.
    """
    found = []
    for giver, following in zip(way, way[1:], strict=False):
        bit = 1 << following.place
        parts = next((parts for receiver, parts in giver.receivers.items() if receiver.row & bit), None)
        if parts is None:
            raise WayGone
        found.append(steadiest(parts))
    return found


def steadiest(parts: dict[Part, int]) -> Part:
    """Return which of several parts is moved where any could be: that of the highest need, always the same."""
    return min(parts, key=lambda part: (part[0].key, part[1].order))


def _reach(of: PledgeClass) -> int:
    if of.reach_is_old:
        of.reach_is_old, of.reach = False, 0
        for each in of.receivers:
            of.reach |= each.row
    return of.reach


def _lowest(of: PledgeClass) -> Placed | None:
    of.lowest_is_old = False
    of.lowest = max((each.losing[-1] for each in of.receivers), default=None)
    return of.lowest

"""Searches of the residual network, over pledge classes alone, as bits of whole numbers.

From the class of a need a search comes to the pledge classes that admit it; from a pledge class to those that could
feed one of its receivers in its place.
"""

from services.programs.matching.engine.admission import bits
from services.programs.matching.engine.books import Books
from services.programs.matching.engine.nodes import Key, Part, PlacedNeed, PledgeClass

# From one pledge class (-1: from where the search begins) to several.
Step = tuple[int, int]


def search(books: Books, row: int, wanted: int) -> tuple[list[Step], int, int | None]:
    """Walk from the classes of a row to the nearest that is wanted, which have something free.

    Return the steps, all that was reached, and the one of the nearest that is spent first.
    """
    steps, visited, frontier = [(-1, row)], row, row
    while frontier:
        if hit := frontier & wanted:
            return steps, visited, min(bits(hit), key=lambda place: _spent_first(books, place))
        following = 0
        for place in bits(frontier):
            if new := _reach(books.pledge_classes[place]) & ~visited:
                steps.append((place, new))
                visited |= new
                following |= new
        frontier = following
    return steps, visited, None


def around(books: Books, of: PledgeClass) -> int:
    """Return the pledge classes from which a search comes to this one, and itself."""
    found, rest = 1 << of.place, [each for each in books.pledge_classes if each.receivers]
    while True:
        before, left = found, []
        for each in rest:
            if _reach(each) & found:
                found |= 1 << each.place
            else:
                left.append(each)
        if found == before:
            return found
        rest = left


def lowest_of(books: Books, reached: int) -> tuple[PlacedNeed, int] | None:
    """Return who would lose first of all whom some pledge classes feed, and which of them it is that does."""
    found: tuple[PlacedNeed, int] | None = None
    for place in bits(reached):
        each = _lowest(books.pledge_classes[place])
        if each is not None and (found is None or each[0] > found[0][0]):
            found = each, place
    return found


def way_to(books: Books, steps: list[Step], place: int) -> list[PledgeClass]:
    """Return the pledge classes on the way of a search to one, those that were begun with first."""
    way = [books.pledge_classes[place]]
    for source, new in reversed(steps):
        if source >= 0 and new >> place & 1:
            way.append(books.pledge_classes[source])
            place = source
    return way[::-1]


def passed_on(way: list[PledgeClass]) -> list[Part]:
    """Return what each class on a way but the last takes back, to be fed by the next one in its place."""
    found = []
    for giver, following in zip(way, way[1:], strict=False):
        bit = 1 << following.place
        parts = next(parts for receiver, parts in giver.receivers.items() if receiver.row & bit)
        found.append(steadiest(parts))
    return found


def steadiest(parts: dict[Part, int]) -> Part:
    """Return which of several parts is moved where any could be: that of the highest need, always the same."""
    return min(parts, key=lambda part: (part[0].key, part[1].order))


def _spent_first(books: Books, place: int) -> Key:
    return books.pledge_classes[place].spare[0][0]


def _reach(of: PledgeClass) -> int:
    if of.reach_is_old:
        of.reach_is_old, of.reach = False, 0
        for each in of.receivers:
            of.reach |= each.row
    return of.reach


def _lowest(of: PledgeClass) -> PlacedNeed | None:
    if of.lowest_is_old:
        of.lowest_is_old = False
        of.lowest = max((each.losing[-1] for each in of.receivers), default=None, key=lambda each: each[0])
    return of.lowest

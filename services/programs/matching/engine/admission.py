"""Which rules admit which claims, by what they name: a set of rules or of claims is the bits of one number."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import compress, count

from services.programs.matching.domain import Claim, Rule, areas_of

_HIGHEST_DECILE = 10

# Where fewer than one in so many bits are set they are peeled off one by one, else all digits are gone through.
_SPARSE = 12
_AS_NUMBERS = bytes.maketrans(b"01", b"\0\1")


def bits(number: int) -> Iterator[int]:
    """Return the places of the bits of a number, the lowest first."""
    if number.bit_length() > _SPARSE * number.bit_count():
        return _peeled(number)
    return compress(count(), f"{number:b}"[::-1].encode().translate(_AS_NUMBERS))


def _peeled(number: int) -> Iterator[int]:
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


class _Places:
    """What is put in, each at a place of its own, by what it names."""

    def __init__(self) -> None:
        self._count = 0
        self._areas: defaultdict[str, int] = defaultdict(int)
        self._categories: defaultdict[str, int] = defaultdict(int)
        self._attributes: defaultdict[str, int] = defaultdict(int)
        self._deciles = [0] * (_HIGHEST_DECILE + 1)

    def __len__(self) -> int:
        return self._count

    def _put(
        self, areas: Iterable[str], categories: Iterable[str], attributes: Iterable[str], deciles: range
    ) -> int:
        bit = 1 << self._count
        self._count += 1
        for names, index in (
            (areas, self._areas),
            (categories, self._categories),
            (attributes, self._attributes),
        ):
            for name in names:
                index[name] |= bit
        for decile in deciles:
            self._deciles[decile] |= bit
        return self._count - 1


class RuleSet(_Places):
    """Rules, each with a place; asked which of them admit a claim, or a part of one."""

    def __init__(self) -> None:
        super().__init__()
        # The rules that name no area, no category, no attribute.
        self._anywhere = self._anything = self._anybody = 0

    def add(self, rule: Rule) -> int:
        """Take in a rule; return its place."""
        deciles = range(1, rule.highest_decile() + 1)
        place = self._put(rule.areas, rule.categories, rule.attributes, deciles)
        self._anywhere |= 0 if rule.areas else 1 << place
        self._anything |= 0 if rule.categories else 1 << place
        self._anybody |= 0 if rule.attributes else 1 << place
        return place

    def admitting(self, claim: Claim) -> int:
        """Return the places of the rules that admit a claim."""
        return (
            self.of_village(claim.desa)
            & self.of_category(claim.category)
            & self.of_decile(claim.decile)
            & self.of_attributes(claim.attributes)
        )

    def of_village(self, desa: str) -> int:
        """Return the places of the rules that allow a village."""
        return self._anywhere | _any_of(self._areas, areas_of(desa))

    def of_category(self, category: str) -> int:
        """Return the places of the rules that allow a category."""
        return self._anything | self._categories.get(category, 0)

    def of_decile(self, decile: int) -> int:
        """Return the places of the rules that allow a decile."""
        return self._deciles[decile]

    def of_attributes(self, attributes: frozenset[str]) -> int:
        """Return the places of the rules that allow a household with these attributes."""
        return self._anybody | _any_of(self._attributes, attributes)


class ClaimSet(_Places):
    """Claims, each with a place; asked which of them a rule admits."""

    def add(self, claim: Claim) -> int:
        """Take in a claim; return its place."""
        deciles = range(claim.decile, _HIGHEST_DECILE + 1)
        return self._put(areas_of(claim.desa), (claim.category,), claim.attributes, deciles)

    def admitted(self, rule: Rule) -> int:
        """Return the places of the claims that a rule admits."""
        found = self._deciles[rule.highest_decile()]
        for named, index in (
            (rule.areas, self._areas),
            (rule.categories, self._categories),
            (rule.attributes, self._attributes),
        ):
            if named:
                found &= _any_of(index, named)
        return found


def _any_of(index: Mapping[str, int], names: Iterable[str]) -> int:
    found = 0
    for name in names:
        found |= index.get(name, 0)
    return found

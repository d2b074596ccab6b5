"""What open pledges reach."""

from collections.abc import Iterable, Sequence

from services.programs.matching.domain import Claim, Rule, areas_of

# The rule of a pledge, and the least that it gives.
Offer = tuple[Rule, int]


class Reach:
    """What some pledges of one market reach: by their rules, and by the least that they give."""

    def __init__(self, pledges: Sequence[Offer] = ()) -> None:
        self._pledges = pledges
        self._by_quantity: dict[int, _Admitting] = {}

    def reaches(self, claim: Claim, quantity: int) -> bool:
        """Tell whether any of them may give something to a need that asks for so much."""
        rules = self._by_quantity.get(quantity)
        if rules is None:
            found = _Admitting(rule for rule, least in self._pledges if least <= quantity)
            rules = self._by_quantity[quantity] = found
        return rules.admit(claim)


class _Admitting:
    """Several rules, asked whether any of them admits a claim.

    Claims that differ only in what no rule names - a village, an attribute - are one class, and each
    class is looked at once.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        # What admits most is asked first.
        self._rules = sorted(dict.fromkeys(rules), key=Rule.breadth, reverse=True)
        self._areas = frozenset().union(*(rule.areas for rule in self._rules))
        self._attributes = frozenset().union(*(rule.attributes for rule in self._rules))
        self._known: dict[tuple[object, ...], bool] = {}

    def admit(self, claim: Claim) -> bool:
        """Tell whether one of the rules admits the claim."""
        alike = (
            claim.category,
            claim.decile,
            claim.attributes & self._attributes,
            *(area for area in areas_of(claim.desa) if area in self._areas),
        )
        found = self._known.get(alike)
        if found is None:
            found = self._known[alike] = any(rule.admits(claim) for rule in self._rules)
        return found

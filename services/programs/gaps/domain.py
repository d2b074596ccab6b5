"""What open pledges reach."""

from collections.abc import Sequence

from services.programs.matching.domain import Claim, Rule, Rules

# The rule of a pledge, and the least that it gives.
Offer = tuple[Rule, int]


class Reach:
    """What some pledges of one market reach: by their rules, and by the least that they give."""

    def __init__(self, pledges: Sequence[Offer] = ()) -> None:
        self._pledges = pledges
        self._by_quantity: dict[int, Rules] = {}

    def reaches(self, claim: Claim, quantity: int) -> bool:
        """Tell whether any of them may give something to a need that asks for so much."""
        rules = self._by_quantity.get(quantity)
        if rules is None:
            found = Rules(rule for rule, least in self._pledges if least <= quantity)
            rules = self._by_quantity[quantity] = found
        return bool(rules.admitting(claim))

"""What always holds of a market at rest, worked out anew."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.programs.allocating.domain import Mind
from services.programs.in_play.domain import NeedState, PledgeState, Terms
from services.programs.matching.domain import Rule
from services.programs.matching.engine.nodes import Supply
from services.programs.matching.engine.residual import Residual

# What is counted where the rows are.
WHOLE = "What only a whole covers is covered whole or not at all"
NOT_OVERDRAWN = "Used and free are all of each pledge"


@dataclass(frozen=True, slots=True)
class Invariant:
    """What always holds, the sentences that say where it does not, and what of it was left out, and why."""

    says: str
    faults: Sequence[str]
    left_out: str | None = None
    is_looked_at: bool = True

    @property
    def finding(self) -> str:
        """Return in a word what was found."""
        if self.faults:
            return "BROKEN"
        return "holds" if self.is_looked_at else "not looked at"


@dataclass(frozen=True, slots=True)
class MarketState:
    """The needs and pledges of a market, as they are; where the policy limits it, what households have in all."""

    terms: Terms
    needs: Mapping[UUID, NeedState]
    pledges: Mapping[UUID, PledgeState]
    received: Mapping[UUID, int] = field(default_factory=dict)

    @property
    def has_one_best(self) -> bool:
        """Tell whether its best match is one, whatever came first: not where a pledge gives so much at least."""
        return all(pledge.minimum_grant == 1 for pledge in self.pledges.values())

    def from_nothing(self) -> Residual:
        """Return the match as it would be if everything came at once, and nobody had anything."""
        given: Counter[UUID] = Counter()
        for need in self.needs.values():
            given.update(need.parts)
        anew = Residual()
        anew.change(
            {need.id: need.demand(self.terms.policy) for need in self.needs.values()},
            {pledge.id: pledge.supply(given[pledge.id]) for pledge in self.pledges.values()},
        )
        return anew


def at_rest(found: Iterable[MarketState]) -> list[Invariant]:
    """Return what holds of markets at rest, or of those of them that have one best match, and where it does not."""
    together = list(found)
    of_all = [
        Invariant(says, [fault for market in together for fault in find(market)])
        for says, find in _WITHIN_LIMITS.items()
    ]
    markets = [market for market in together if market.has_one_best]
    several = len(together) - len(markets)
    left_out = (
        f"{several} of {len(together)} markets, where a pledge gives so much at least: they have several best matches"
        if several
        else None
    )
    return of_all + [
        Invariant(says, [fault for market in markets for fault in find(market)], left_out)
        for says, find in _AT_BEST.items()
    ]


def not_at_rest(waiting: Iterable[str]) -> list[Invariant]:
    """Return what holds of markets at rest, where some are not."""
    left_out = f"everything, because something waits to be settled: {', '.join(waiting)}"
    says_of_rest = (WHOLE, NOT_OVERDRAWN, *_WITHIN_LIMITS, *_AT_BEST)
    return [Invariant(says, [], left_out, is_looked_at=False) for says in says_of_rest]


def _over_cap(market: MarketState) -> Iterator[str]:
    """Look at what the match may move: what a household has for good it may have from before the cap was lowered."""
    has: Counter[tuple[UUID, UUID]] = Counter()
    for need in market.needs.values():
        has.update({(pledge, need.household): part for pledge, part in need.parts.items()})
    for (pledge, household), quantity in has.items():
        room = market.pledges[pledge].room(household)
        if room is not None and quantity > room:
            yield f"{pledge}: the match gives {quantity} of the pledge to {household}, which may have {room} more."


def _over_limit(market: MarketState) -> Iterator[str]:
    """Look at what the match may take back: what a household was promised, or has for good, may be more."""
    limit = market.terms.policy.household_cap_idr
    if limit is None:
        return
    for need in market.needs.values():
        has = market.received[need.household]
        if has > limit and need.covered > need.kept:
            yield f"{need.id}: its household has {has} in all, and may have {limit}."


def _too_little(market: MarketState) -> Iterator[str]:
    for need in market.needs.values():
        for pledge, part in need.parts.items():
            if part < market.pledges[pledge].minimum_grant:
                yield f"{need.id}: the need has {part} of {pledge}, which gives more than that at least."


def _unsettled(market: MarketState) -> Iterator[str]:
    mind = Mind(market.terms, market.needs, market.pledges)
    for wanted in mind.following(len(market.needs)):
        has, wants = wanted.need.covered, sum(wanted.parts.values())
        yield f"{wanted.need.id}: the need has {has}, and should have {wants}, of what the match may give to it."


def _covered_otherwise(market: MarketState) -> Iterator[str]:
    anew = market.from_nothing()
    for need in market.needs.values():
        has, would_have = need.covered, anew.needs[need.id].covered
        if has != would_have:
            yield f"{need.id}: the need has {has}, and would have {would_have} if all had come at once."


def _lowered(market: MarketState) -> Iterator[str]:
    """Try a pledge for everybody, half as large as all that is open.

    Where a need stands higher that only a whole covers, it may need what a lower one has to be covered at last; and
    where a household has a limit, its lower needs may have less for it.
    """
    if any(need.indivisible or need.household_limit is not None for need in market.needs.values()):
        return
    anew = market.from_nothing()
    before = {need: anew.needs[need].covered for need in market.needs}
    missing = sum(need.quantity - before[need.id] for need in market.needs.values())
    anew.change({}, {"tried": Supply(Rule(), missing // 2, (0,))} if missing > 1 else {})
    for need, had in before.items():
        if anew.needs[need].covered < had:
            yield f"{need}: the need would have {anew.needs[need].covered} in place of {had}."


_WITHIN_LIMITS: Mapping[str, Callable[[MarketState], Iterator[str]]] = {
    "No household has more of a pledge than its cap": _over_cap,
    "No household has more in all than the policy lets it": _over_limit,
    "No need has less of a pledge than the pledge gives at least": _too_little,
}
_AT_BEST: Mapping[str, Callable[[MarketState], Iterator[str]]] = {
    "No open need could have what is free, or what one that stands lower could lose": _unsettled,
    "It does not matter in which order needs and pledges came": _covered_otherwise,
    "A pledge that came now would lower nobody": _lowered,
}

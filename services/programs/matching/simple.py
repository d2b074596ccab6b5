"""The match itself: which pledge covers how much of which need, and why. Pure; whole numbers only.

Needs are met in the order of the policy, each as far as the pledges that admit it go. A pledge that
expires sooner is spent first, then the one with the narrower rule, so that the wide ones are left
for those whom only they can reach. What is already allocated is never moved.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.programs.matching.domain import Rule, Rules
from services.programs.policy.domain import Policy
from shared.events.programs import Reasons


@dataclass(frozen=True, slots=True)
class NeedState:
    """An open need of a household that may be matched. `open` is what is not covered yet.

    `excluded` are the pledges that must not be proposed for it: refused by a person or by the
    pledge's rules, or still waiting for an answer.
    """

    id: UUID
    household: UUID
    market: str
    category: str
    open: int
    indivisible: bool
    urgency: int
    decile: int
    score: int
    verified_at: datetime
    desa: str
    attributes: frozenset[str] = frozenset()
    excluded: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class PledgeState:
    """An open pledge, as it is in one version. `received` is what each household has of it, for its cap."""

    id: UUID
    version: int
    market: str
    free: int
    opens_on: date
    expires_on: date | None = None
    rule: Rule = Rule()
    cap_per_household: int | None = None
    minimum_grant: int = 1
    received: Mapping[UUID, int] = field(default_factory=dict)

    def is_open(self, today: date) -> bool:
        """Tell whether the day lies in the pledge's window; both its days belong to it."""
        return self.opens_on <= today and (self.expires_on is None or today <= self.expires_on)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A quantity of one pledge for one need, and why."""

    pledge: UUID
    need: UUID
    quantity: int
    reasons: Reasons


_SORT_VALUE: dict[str, Callable[[NeedState], Any]] = {
    "decile": lambda need: need.decile,
    "score": lambda need: -need.score,
    "urgency": lambda need: -need.urgency,
    "verified_at": lambda need: need.verified_at,
}


def standing(need: NeedState, policy: Policy) -> tuple[Any, ...]:
    """Return the place of a need in the policy's order: the smaller stands higher."""
    return (*(_SORT_VALUE[key](need) for key in policy.order), need.id)


def settle(
    needs: Sequence[NeedState],
    pledges: Sequence[PledgeState],
    policy: Policy,
    *,
    today: date,
    at_most: int | None = None,
) -> list[Proposal]:
    """Return what to allocate now, highest need first; at most so many needs' parts where that is given."""
    proposals: list[Proposal] = []
    for market in sorted({pledge.market for pledge in pledges}):
        offer = _Offer([pledge for pledge in pledges if pledge.market == market and pledge.is_open(today)])
        ranked = sorted(
            (need for need in needs if need.market == market), key=lambda need: standing(need, policy)
        )
        for rank, need in enumerate(ranked, start=1):
            if at_most is not None and len(proposals) >= at_most:
                return proposals
            place = _Place(rank, len(ranked), policy.version)
            proposals.extend(offer.cover(need, place))
    return proposals


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a need stands: its rank, of how many, under which version of the policy."""

    rank: int
    of: int
    policy_version: int


class _Offer:
    """The open pledges of one market, and what is still free of each."""

    def __init__(self, pledges: Sequence[PledgeState]) -> None:
        self._pledges = sorted(pledges, key=_spent_first)
        self._free = {pledge.id: pledge.free for pledge in pledges}
        self._received = {
            (pledge.id, household): quantity
            for pledge in pledges
            for household, quantity in pledge.received.items()
        }
        self._rules = Rules(pledge.rule for pledge in pledges)
        self._admitting: dict[frozenset[Rule], list[PledgeState]] = {}

    def cover(self, need: NeedState, place: _Place) -> list[Proposal]:
        """Take from the pledges what covers the need; nothing where only a part of an indivisible one goes."""
        missing, parts = need.open, []
        for pledge in self._candidates(need):
            part = min(missing, self._available(pledge, need.household))
            if part < max(1, pledge.minimum_grant) or pledge.id in need.excluded:
                continue
            parts.append((pledge, part))
            missing -= part
            if not missing:
                break
        if not parts or (need.indivisible and missing):
            return []
        could = (self._free[each.id] > 0 and each.id not in need.excluded for each in self._candidates(need))
        alternatives = sum(could) - len(parts)
        for pledge, part in parts:
            self._take(pledge, need.household, part)
        return [
            Proposal(pledge.id, need.id, part, _reasons(need, pledge, place, alternatives))
            for pledge, part in parts
        ]

    def _candidates(self, need: NeedState) -> list[PledgeState]:
        rules = self._rules.admitting(need)
        found = self._admitting.get(rules)
        if found is None:
            found = self._admitting[rules] = [pledge for pledge in self._pledges if pledge.rule in rules]
        return found

    def _available(self, pledge: PledgeState, household: UUID) -> int:
        free = self._free[pledge.id]
        if pledge.cap_per_household is None:
            return free
        return min(free, pledge.cap_per_household - self._received.get((pledge.id, household), 0))

    def _take(self, pledge: PledgeState, household: UUID, part: int) -> None:
        self._free[pledge.id] -= part
        self._received[pledge.id, household] = self._received.get((pledge.id, household), 0) + part


def _spent_first(pledge: PledgeState) -> tuple[date, int, UUID]:
    return pledge.expires_on or date.max, pledge.rule.breadth(), pledge.id


def _reasons(need: NeedState, pledge: PledgeState, place: _Place, alternatives: int) -> Reasons:
    return Reasons(
        rank=place.rank,
        of=place.of,
        decile=need.decile,
        score=need.score,
        urgency=need.urgency,
        admitted_by=pledge.rule.admitted_by(need),
        alternatives=alternatives,
        policy_version=place.policy_version,
    )

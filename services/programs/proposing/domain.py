"""Needs and pledges as the match sees them, and what has to be changed of what is allocated."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from services.programs.matching.domain import Claimed, Rule
from services.programs.matching.engine.nodes import Demand, Supply
from services.programs.policy.domain import Policy
from services.programs.standing.domain import standing
from shared.events.programs import Reasons

# So much of each pledge.
Parts = Mapping[UUID, int]


@dataclass(frozen=True, slots=True)
class Terms:
    """The policy under which, and the day on which, the match is worked out."""

    policy: Policy
    today: date


@dataclass(frozen=True, slots=True)
class NeedState:
    """A need that is open for the match, of a household that may be matched.

    `quantity` is what the match may give to it: all that it asks for but what is paid, held or approved. `parts` is
    what it has of that, by pledge; `kept` is how much of it no other need may take. `excluded` are the pledges
    that a person, or their own rules, refused it.
    """

    id: UUID
    household: UUID
    category: str
    desa: str
    decile: int
    score: int
    verified_at: datetime
    urgency: int
    indivisible: bool
    attributes: frozenset[str]
    quantity: int
    kept: int
    recorded_on: date
    village_share: int = 0
    parts: Parts = field(default_factory=dict)
    excluded: frozenset[UUID] = frozenset()

    def demand(self, policy: Policy) -> Demand:
        """Return what it asks for in the engine."""
        return Demand(
            key=standing(self, policy),
            claim=Claimed(self.category, self.desa, self.decile, self.attributes),
            quantity=self.quantity,
            kept=self.kept,
            whole=self.indivisible,
            excluded=self.excluded,
            household=self.household,
        )

    def reasons(self, place: "Place", pledge: "PledgeState") -> Reasons:
        """Return why a pledge covers it."""
        policy = place.terms.policy
        return Reasons(
            rank=place.rank,
            of=place.of,
            tier=policy.tier_of(self.decile),
            decile=self.decile,
            score=self.score,
            urgency=self.urgency,
            admitted_by=pledge.rule.admitted_by(self),
            alternatives=place.alternatives,
            policy_version=policy.version,
            waited_days=max(0, (place.terms.today - self.recorded_on).days),
            village_share=self.village_share if policy.fair_between_villages else None,
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a need stands: its rank, of how many, how many other pledges could have, and on which terms."""

    rank: int
    of: int
    alternatives: int
    terms: Terms


@dataclass(frozen=True, slots=True)
class PledgeState:
    """A pledge that is open today, in one version. `free` may be below 0 where it has become smaller.

    `received` is what households have of it for good, for its cap.
    """

    id: UUID
    version: int
    free: int
    expires_on: date | None = None
    rule: Rule = Rule()
    cap_per_household: int | None = None
    minimum_grant: int = 1
    received: Mapping[UUID, int] = field(default_factory=dict)

    def admits(self, need: NeedState) -> bool:
        """Tell whether the need may have something of it."""
        enough = need.quantity >= self.minimum_grant
        return enough and self.id not in need.excluded and self.rule.admits(need)

    def room(self, household: UUID) -> int | None:
        """Return how much a household may have of it beside what it has for good; None where nothing limits that."""
        if self.cap_per_household is None:
            return None
        return max(0, self.cap_per_household - self.received.get(household, 0))

    def supply(self, given: int) -> Supply:
        """Return what it offers in the engine, where the match has given so much of it that it may give otherwise."""
        return Supply(
            rule=self.rule,
            quantity=max(0, self.free + given),
            order=((self.expires_on or date.max).toordinal(), self.rule.breadth(), self.id.int),
            cap=self.cap_per_household,
            minimum=self.minimum_grant,
            received=self.received,
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a need shall have, by pledge, instead of the parts that it has; and where it stood then."""

    need: NeedState
    parts: Parts
    place: Place

    def why_less(self) -> str:
        """Return the code of the reason for which something is taken from it."""
        if sum(self.parts.values()) >= sum(self.need.parts.values()):
            return "rerouted"
        return "incomplete" if self.need.indivisible else "displaced"


@dataclass(frozen=True, slots=True)
class Held:
    """An allocation that the match may end."""

    id: UUID
    pledge: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Which allocations of one need to end, and how much of which pledges to propose for it."""

    ended: Sequence[UUID]
    proposed: Parts

    def __bool__(self) -> bool:
        """Tell whether there is anything to do."""
        return bool(self.ended or self.proposed)


def difference(held: Collection[Held], wanted: Parts, minimum: Mapping[UUID, int]) -> Difference:
    """Return how to come from what a need has to what it shall have, with as few ended as possible.

    A pledge may have a `minimum` for one allocation: where the difference is less, the whole is proposed anew.
    """
    ended: list[UUID] = []
    proposed: dict[UUID, int] = {}
    for pledge in dict.fromkeys([*(one.pledge for one in held), *wanted]):
        parts = sorted((one for one in held if one.pledge == pledge), key=lambda one: -one.quantity)
        want = missing = wanted.get(pledge, 0)
        kept = []
        for one in parts:
            if one.quantity <= missing:
                kept.append(one)
                missing -= one.quantity
        if 0 < missing < minimum.get(pledge, 1):
            kept, missing = [], want
        ended.extend(one.id for one in parts if one not in kept)
        if missing:
            proposed[pledge] = missing
    return Difference(ended, proposed)

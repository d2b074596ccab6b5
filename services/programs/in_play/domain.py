"""Needs and pledges as the match sees them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from math import inf
from uuid import UUID

from services.programs.matching.domain import Claimed, Rule
from services.programs.matching.engine.nodes import Demand, Key, Supply
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
    that a person, or their own rules, refused it. `household_limit` is how much of its market the policy lets its
    household have, by it and those that stand higher; None where it sets no limit.
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
    household_limit: int | None = None

    @property
    def covered(self) -> int:
        """Return how much it has of what the match may give to it."""
        return sum(self.parts.values())

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
            household_limit=self.household_limit,
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
class Kin:
    """A need of the same household in another market, of which one unit costs `price` rupiah."""

    need: NeedState
    price: int

    def before(self, key: Key, policy: Policy) -> int:
        """Return how much of what its household may have in all it has before a need at a place: in rupiah.

        What it has comes before what stands lower; before what stands higher only what nobody may take from it.
        """
        covered = self.need.covered
        stands_higher = standing(self.need, policy) < key
        return self.price * (covered if stands_higher else min(covered, self.need.kept))


@dataclass(frozen=True, slots=True)
class Rooms:
    """What some households, which are locked, may still have in all, in rupiah, and what they need in other markets."""

    policy: Policy
    left: defaultdict[UUID, float] = field(default_factory=lambda: defaultdict(lambda: inf))
    kin: defaultdict[UUID, list[Kin]] = field(default_factory=lambda: defaultdict(list))

    def lower_kin(self, need: NeedState) -> list[Kin]:
        """Return the needs of the same household that stand lower, in other markets, the lowest first."""
        placed = [(standing(kin.need, self.policy), kin) for kin in self.kin[need.household]]
        lower = [each for each in placed if each[0] > standing(need, self.policy)]
        return [kin for _, kin in sorted(lower, key=lambda each: each[0], reverse=True)]

"""What the regency decides about the match. Each change is a new version, and each match keeps its version."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from shared.errors import Fault

# What needs may be put in order by. Ascending: decile and time of verification. Descending: score, urgency and days
# since the need was recorded. The id breaks ties.
ORDER_KEYS = ("decile", "score", "urgency", "waiting", "verified_at")
DECILES = range(1, 11)
REROUTED_UNTIL = ("reserved", "contributed")
DISPLACED_UNTIL = ("reserved", "told")


@dataclass(frozen=True, slots=True)
class Rules:
    """What a policy says. Thresholds are whole rupiah.

    `tiers` are the highest deciles of all tiers but the last, which everyone else is in. `rerouted_until`: the step of
    an allocation from which on no other pledge takes its place; `displaced_until`: the step from which on no higher
    need takes anything from it. `household_cap_idr` is the most that the match gives to a household in all, at
    reference prices, since it was verified.
    """

    tiers: tuple[int, ...] = (1, 4)
    fair_between_villages: bool = False
    order: tuple[str, ...] = ORDER_KEYS
    rerouted_until: str = "contributed"
    displaced_until: str = "told"
    approval_threshold_idr: int = 5_000_000
    second_person_threshold_idr: int = 20_000_000
    household_cap_idr: int | None = None
    cash_after_days: int | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Return what needs stand in order by: their tier, where it is to be fair their village, then `order`."""
        return ("tier", *(["village_share"] if self.fair_between_villages else []), *self.order)

    @property
    def binds_reserved(self) -> bool:
        """Tell whether a match is bound in some way once it is reserved, and not only later."""
        return "reserved" in {self.rerouted_until, self.displaced_until}

    def tier_of(self, decile: int) -> int:
        """Return the tier of a decile, from 1."""
        return bisect_left(self.tiers, decile) + 1

    def deciles_of(self, tier: int) -> tuple[int, int]:
        """Return the lowest and the highest decile of a tier."""
        bounds = (0, *self.tiers, DECILES[-1])
        return bounds[tier - 1] + 1, bounds[tier]

    def approvals_needed(self, unseen_idr: int, seen_once_idr: int) -> int:
        """Return how many people must approve before so much is paid: 0, 1 or 2.

        `unseen_idr` is what the household gets without anybody's word, `seen_once_idr` what it gets with
        one person's; each with what is to be approved. So an amount in many small parts, or for many
        needs, asks for the words that it asks for in one.
        """
        if unseen_idr + seen_once_idr >= self.second_person_threshold_idr:
            return 2
        return int(unseen_idr >= self.approval_threshold_idr)


@dataclass(frozen=True, slots=True)
class Policy(Rules):
    """One version of the policy."""

    version: int = field(kw_only=True)


def policy_faults(rules: Rules) -> list[Fault]:
    """Return what is wrong with a policy, every fault at once."""
    faults = []
    if not rules.order or len(set(rules.order)) < len(rules.order):
        faults.append(Fault("/order", "Put at least one into the order, and none twice."))
    if not _ascends(rules.tiers) or not all(tier in DECILES[:-1] for tier in rules.tiers):
        faults.append(
            Fault("/tiers", "Name the highest decile of each tier but the last, from 1 to 9, ascending.")
        )
    if rules.rerouted_until == "reserved" != rules.displaced_until:
        faults.append(
            Fault(
                "/displaced_until", "What no pledge may take over, no need may take either: choose the same."
            )
        )
    if rules.second_person_threshold_idr < rules.approval_threshold_idr:
        faults.append(
            Fault(
                "/second_person_threshold_idr",
                "Must not be less than the amount from which one person's word is needed.",
            )
        )
    return faults


def _ascends(numbers: Sequence[int]) -> bool:
    return all(lower < higher for lower, higher in pairwise(numbers))

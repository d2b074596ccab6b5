"""What the regency decides about the match. Each change is a new version, and each match keeps its version."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.errors import Fault

# Ascending: decile and time of verification. Descending: score and urgency. The id breaks ties.
ORDER_KEYS = ("decile", "score", "urgency", "verified_at")


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the policy. Thresholds are whole rupiah."""

    version: int
    order: tuple[str, ...] = ORDER_KEYS
    approval_threshold_idr: int = 5_000_000
    second_person_threshold_idr: int = 20_000_000
    cash_after_days: int | None = None

    def approvals_needed(self, unseen_idr: int, seen_once_idr: int) -> int:
        """Return how many people must approve before so much is paid: 0, 1 or 2.

        `unseen_idr` is what the household gets without anybody's word, `seen_once_idr` what it gets with
        one person's; each with what is to be approved. So an amount in many small parts, or for many
        needs, asks for the words that it asks for in one.
        """
        if unseen_idr + seen_once_idr >= self.second_person_threshold_idr:
            return 2
        return int(unseen_idr >= self.approval_threshold_idr)


def policy_faults(
    order: Sequence[str], approval_threshold_idr: int, second_person_threshold_idr: int
) -> list[Fault]:
    """Return what is wrong with a policy, every fault at once."""
    faults = []
    if sorted(order) != sorted(ORDER_KEYS):
        faults.append(Fault("/order", "Must name each of %(keys)s once.", keys=ORDER_KEYS))
    if second_person_threshold_idr < approval_threshold_idr:
        faults.append(Fault("/second_person_threshold_idr", "Must not be below approval_threshold_idr."))
    return faults

"""What a person may say to a match now, and what it would do."""

from dataclasses import dataclass

from shared.errors import Conflict, DomainError, Forbidden

DECISIONS = ("approve", "hold", "veto")


@dataclass(frozen=True, slots=True)
class Situation:
    """How a match stands for one officer. `approvals` of `approvals_needed` people have approved it."""

    live: bool
    held: bool
    household_held: bool
    approvals: int
    approvals_needed: int
    recorded_by_officer: bool
    approved_by_officer: bool

    @property
    def missing(self) -> int:
        """Return how many people's word it still waits for."""
        return max(0, self.approvals_needed - self.approvals)

    @property
    def wants_approval(self) -> bool:
        """Tell whether an approval would do something: count, or end a person's hold."""
        return self.live and (self.held or self.missing > 0)


def refusal_of_approval(situation: Situation) -> DomainError | None:
    """Return why this officer can't approve it now; None where he can, or where nothing is left to do."""
    if situation.household_held:
        return Conflict("household_held", "The household is held. Release it first.")
    if situation.recorded_by_officer:
        return Forbidden("recorded_by_you", "You recorded this need, so somebody else must approve.")
    if situation.missing and situation.approved_by_officer:
        return Conflict(
            "second_person_needed", "You have approved it; the amount needs another person's word too."
        )
    return None


def decisions_open(situation: Situation) -> tuple[str, ...]:
    """Return the decisions of this officer that would do something now."""
    if not situation.live:
        return ()
    approvable = situation.wants_approval and refusal_of_approval(situation) is None
    return tuple(
        decision
        for decision, does_something in zip(DECISIONS, (approvable, not situation.held, True), strict=True)
        if does_something
    )

"""What programs does when donations tells of a pledge or answers about an allocation."""

from sqlalchemy.orm import Session

from services.programs.answers.operations import apply_answers
from shared.events.donations import (
    AllocationRefused,
    AllocationReleased,
    AllocationReserved,
    ContributionMade,
    PledgeAmended,
    PledgeExpired,
    PledgeOpened,
    PledgeWithdrawn,
)
from shared.events.envelope import Received
from shared.worker import Handler


def on_donations(session: Session, events: list[Received]) -> None:
    """Apply what donations says, in order."""
    apply_answers(session, events)


# One handler for all of them: several would lose the order between the types.
HANDLERS: tuple[Handler, ...] = (
    Handler(
        (
            PledgeOpened,
            PledgeAmended,
            PledgeWithdrawn,
            PledgeExpired,
            AllocationReserved,
            AllocationRefused,
            AllocationReleased,
            ContributionMade,
        ),
        on_donations,
    ),
)

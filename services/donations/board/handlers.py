"""What donations does when programs tells of a household or a need."""

from sqlalchemy.orm import Session

from services.donations.board.operations import apply_household_events
from shared.events.envelope import Received
from shared.events.programs import (
    HouseholdChanged,
    HouseholdGraduated,
    HouseholdHeld,
    HouseholdRejected,
    HouseholdReleased,
    HouseholdVerified,
    NeedClosed,
    NeedRecorded,
    VerificationLapsed,
)
from shared.worker import Handler


def on_households(session: Session, events: list[Received]) -> None:
    """Keep the board's copy."""
    apply_household_events(session, events)


HANDLERS: tuple[Handler, ...] = (
    Handler(
        (
            HouseholdChanged,
            HouseholdVerified,
            HouseholdRejected,
            VerificationLapsed,
            HouseholdHeld,
            HouseholdReleased,
            HouseholdGraduated,
            NeedRecorded,
            NeedClosed,
        ),
        on_households,
    ),
)

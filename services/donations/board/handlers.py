"""What donations does when programs tells of a household, a need, or what is short."""

from sqlalchemy.orm import Session

from services.donations.board.operations import apply_gaps, apply_household_events
from shared.events.envelope import Received
from shared.events.programs import (
    GapCounted,
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
    """Keep the copy of who lacks what."""
    apply_household_events(session, events)


def on_gaps(session: Session, events: list[Received]) -> None:
    """Keep the board."""
    apply_gaps(session, events)


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
    Handler((GapCounted,), on_gaps),
)

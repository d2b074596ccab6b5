"""What donations does when programs tells of an allocation."""

from sqlalchemy.orm import Session

from services.donations.reservations.operations import apply_steps
from shared.events.envelope import Received
from shared.events.programs import (
    AllocationApproved,
    AllocationCancelled,
    AllocationHeld,
    AllocationProposed,
    AllocationVetoed,
    DeliveryConfirmed,
    DeliveryFailed,
)
from shared.worker import Handler


def on_steps(session: Session, events: list[Received]) -> None:
    """Apply the steps of allocations, in order."""
    apply_steps(session, events)


HANDLERS: tuple[Handler, ...] = (
    Handler(
        (
            AllocationProposed,
            AllocationApproved,
            AllocationHeld,
            AllocationVetoed,
            AllocationCancelled,
            DeliveryConfirmed,
            DeliveryFailed,
        ),
        on_steps,
    ),
)

"""Every event type there is, by its CloudEvents type, and the topic it travels on."""

from shared.events import donations, programs
from shared.events.event import Event

EVENTS: tuple[type[Event], ...] = (
    donations.StakeholderApproved,
    donations.StakeholderSuspended,
    donations.PledgeOpened,
    donations.PledgeAmended,
    donations.PledgeWithdrawn,
    donations.PledgeExpired,
    donations.AllocationReserved,
    donations.AllocationRefused,
    donations.AllocationReleased,
    donations.ContributionMade,
    programs.HouseholdRegistered,
    programs.HouseholdChanged,
    programs.VisitAssigned,
    programs.VisitCompleted,
    programs.HouseholdVerified,
    programs.HouseholdRejected,
    programs.VerificationLapsed,
    programs.HouseholdHeld,
    programs.HouseholdReleased,
    programs.HouseholdGraduated,
    programs.NeedRecorded,
    programs.NeedClosed,
    programs.GapCounted,
    programs.AllocationProposed,
    programs.AllocationApproved,
    programs.AllocationHeld,
    programs.AllocationVetoed,
    programs.AllocationCancelled,
    programs.DeliveryConfirmed,
    programs.DeliveryFailed,
)

BY_TYPE: dict[str, type[Event]] = {event.type_name(): event for event in EVENTS}


def topic_of(service: str) -> str:
    """Return the topic a service publishes on."""
    return f"helix.{service}"


def dead_letter_topic_of(consumer: str) -> str:
    """Return the topic a service puts the records on that it can't take."""
    return f"helix.{consumer}.dead-letters"


def redrive_topic_of(consumer: str) -> str:
    """Return the topic that hands dead letters back to the service that could not take them."""
    return f"helix.{consumer}.redrive"

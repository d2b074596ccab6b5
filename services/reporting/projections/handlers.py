"""What of the other services' events is heard here."""

from services.reporting.projections.operations import (
    DECISIONS,
    GAPS,
    NEEDS,
    PLEDGES,
    STATES,
    STEPS,
    apply_events,
)
from shared.events import donations, programs
from shared.events.event import Event
from shared.worker import Handler

# One handler for all of them keeps their order.
HANDLERS = (Handler((*STATES, *DECISIONS, *NEEDS, *GAPS, *PLEDGES, *STEPS), apply_events),)

# What these tell is not public, or becomes a figure by an event that is heard.
UNHEARD: tuple[type[Event], ...] = (
    donations.StakeholderApproved,
    donations.StakeholderSuspended,
    donations.AllocationRefused,
    programs.VisitAssigned,
    programs.VisitCompleted,
    programs.AllocationProposed,
    programs.AllocationApproved,
    programs.AllocationHeld,
    programs.AllocationVetoed,
    programs.AllocationCancelled,
    programs.DeliveryFailed,
)

"""Writing down what happened, in the transaction in which it happens."""

from typing import Any, Protocol
from uuid import UUID

from services.donations.timeline.domain import CODES
from services.donations.timeline.models import TimelineEntry
from shared import clock
from shared.ids import new_id


class OfStakeholder(Protocol):
    """What a timeline belongs to: a pledge, and through it an organisation."""

    @property
    def id(self) -> UUID: ...
    @property
    def stakeholder_id(self) -> UUID: ...


def note(pledge: OfStakeholder, code: str, *, allocation: UUID | None = None, **data: Any) -> TimelineEntry:
    """Return the entry of one step of a pledge, for the caller to add to its session.

    `data` holds numbers, codes and official area codes; never anything about a person.
    """
    if code not in CODES:
        raise ValueError(f"{code} is not a code of the timeline")
    return TimelineEntry(
        # The id is made here and not on writing, so that entries of one transaction keep their order.
        id=new_id(),
        created_at=clock.now(),
        pledge_id=pledge.id,
        stakeholder_id=pledge.stakeholder_id,
        allocation_id=allocation,
        code=code,
        data=data,
    )

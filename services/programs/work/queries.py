"""What waits for somebody."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from services.programs.casework.queries import count_open
from services.programs.delivery.queries import is_deliverable
from services.programs.matching.models import Allocation
from services.programs.review.queries import (
    count_allocations,
    failed_of_late,
    is_held,
    list_allocations,
    waits_for_word,
)
from services.programs.verification.queries import count_households, to_assign, to_decide
from services.programs.visits.models import Visit
from shared.database import AnySession


@dataclass(frozen=True, slots=True)
class OfficerWork:
    """How much waits for an officer, in his area."""

    to_assign: int
    to_decide: int
    to_approve: int
    held: int
    failed: int
    open_needs: int


@dataclass(frozen=True, slots=True)
class FieldWork:
    """How much waits for a social worker, in the sub-district."""

    visits: int
    deliveries: int


def count_officer_work(session: AnySession) -> OfficerWork:
    """Count what waits for an officer."""
    return OfficerWork(
        to_assign=count_households(session, to_assign()),
        to_decide=count_households(session, to_decide()),
        to_approve=count_allocations(session, waits_for_word()),
        held=count_allocations(session, is_held()),
        failed=count_allocations(session, failed_of_late()),
        open_needs=count_open(session),
    )


def count_field_work(session: AnySession) -> FieldWork:
    """Count what waits for a social worker."""
    return FieldWork(
        visits=session.scalar(select(func.count(Visit.id)).where(Visit.status == "assigned")) or 0,
        deliveries=count_allocations(session, is_deliverable()),
    )


def first_to_look_at(session: AnySession, most: int = 5) -> Sequence[Allocation]:
    """Return the allocations that have waited longest for a person's word."""
    rows = list_allocations().where(waits_for_word()).order_by(Allocation.id).limit(most)
    return session.scalars(rows).all()

"""Reads of what is to be handed over, and what was."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import joinedload

from services.programs.delivery.models import Delivery
from services.programs.matching.domain import LIVE
from services.programs.matching.models import Allocation
from shared.auth.visibility import OF_ALL
from shared.database import AnySession, get_visible


def find_delivery(session: AnySession, delivery: UUID) -> Delivery:
    """Return a delivery that the caller may see; raise NotFound otherwise."""
    return get_visible(session, Delivery, delivery)


def find_recorded(session: AnySession, recorded_by: str, client_id: str) -> Delivery | None:
    """Return what a person has recorded under a number of his phone, wherever its household lives now."""
    return session.scalars(
        select(Delivery).where(Delivery.recorded_by == recorded_by, Delivery.client_id == client_id),
        execution_options=OF_ALL,
    ).one_or_none()


def is_deliverable() -> ColumnElement[bool]:
    """Return the condition that something of an allocation is paid, approved and not yet handed over."""
    return and_(
        Allocation.stage.in_(LIVE),
        Allocation.contributed > Allocation.delivered,
        Allocation.held.is_(False),
        Allocation.household_held.is_(False),
        Allocation.approvals >= Allocation.approvals_needed,
    )


def list_deliverable() -> Select[Allocation]:
    """Return the selection of what is to be handed over, village by village, household by household."""
    return (
        select(Allocation)
        .where(is_deliverable())
        .order_by(Allocation.desa, Allocation.household_id, Allocation.id)
        .options(joinedload(Allocation.need, innerjoin=True))
    )


def list_deliveries(session: AnySession, allocation: UUID) -> list[Delivery]:
    """Return what was handed over of an allocation, or could not be, in order."""
    rows = select(Delivery).where(Delivery.allocation_id == allocation).order_by(Delivery.id)
    return list(session.scalars(rows))

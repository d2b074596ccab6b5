"""Reads of what is to be handed over, and what was."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, scoped_session

from services.programs.delivery.models import Delivery
from services.programs.matching.domain import LIVE
from services.programs.matching.models import Allocation
from services.programs.registry.models import Household


def find_delivery(
    session: Session | scoped_session[Any], recorded_by: str, client_id: str
) -> Delivery | None:
    """Return what a person has recorded under a number of his phone, if anything."""
    return session.scalars(
        select(Delivery).where(Delivery.recorded_by == recorded_by, Delivery.client_id == client_id)
    ).one_or_none()


def list_deliverable() -> Select[Allocation]:
    """Return the selection of what is paid, not stopped and not yet handed over, village by village."""
    return (
        select(Allocation)
        .join(Household, Household.id == Allocation.household_id)
        .where(
            Allocation.stage.in_(LIVE),
            Allocation.contributed > Allocation.delivered,
            Allocation.held.is_(False),
            Allocation.household_held.is_(False),
            Allocation.approvals >= Allocation.approvals_needed,
            Household.held.is_(False),
        )
        .order_by(Allocation.desa, Allocation.household_id, Allocation.id)
        .options(joinedload(Allocation.need, innerjoin=True))
    )

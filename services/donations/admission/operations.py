"""Letting organisations pledge, and no more."""

from typing import Any, cast
from uuid import UUID

from services.donations.database import db
from services.donations.pledges.operations import resume_pledges
from services.donations.stakeholders.models import Stakeholder
from services.donations.stakeholders.queries import lock_stakeholder
from shared import outbox
from shared.events.donations import StakeholderApproved, StakeholderSuspended
from shared.vocabulary import SIDE_OF, StakeholderKind


def approve_stakeholder(stakeholder_id: UUID) -> Stakeholder:
    """Let an organisation pledge, and match again what it pledged before it was suspended.

    One that is approved already stays as it is.
    """
    stakeholder = lock_stakeholder(stakeholder_id)
    if stakeholder.status == "suspended":
        resume_pledges(stakeholder.id)
    if stakeholder.status != "approved":
        stakeholder.status, stakeholder.suspended_because = "approved", None
        outbox.record(db.session, StakeholderApproved(stakeholder=stakeholder.id, **_public(stakeholder)))
    db.session.commit()
    return stakeholder


def suspend_stakeholder(stakeholder_id: UUID, reason: str) -> Stakeholder:
    """Let an organisation pledge no more, and set nothing aside from what it pledged.

    What is set aside already may still be paid and delivered: households count on it.
    """
    stakeholder = lock_stakeholder(stakeholder_id)
    if stakeholder.status == "approved":
        outbox.record(db.session, StakeholderSuspended(stakeholder=stakeholder.id, **_public(stakeholder)))
    stakeholder.status, stakeholder.suspended_because = "suspended", reason
    db.session.commit()
    return stakeholder


def _public(stakeholder: Stakeholder) -> dict[str, Any]:
    """Return what everybody may know of an organisation."""
    kind = cast(StakeholderKind, stakeholder.kind)
    return {"name": stakeholder.name, "kind": kind, "side": SIDE_OF[kind]}

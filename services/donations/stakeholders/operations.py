"""Changes to organisations and their keys."""

import secrets
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from services.donations.database import db
from services.donations.pledges.operations import resume_pledges
from services.donations.stakeholders.domain import KEY_PREFIX, digest, require_active, shown_part
from services.donations.stakeholders.models import ApiKey, Stakeholder
from shared import clock, outbox
from shared.errors import NotFound
from shared.events.donations import StakeholderApproved, StakeholderSuspended
from shared.vocabulary import StakeholderKind


def register_stakeholder(**given: Any) -> Stakeholder:
    """Take in an organisation: `name, kind, contact_email, about?`; it may pledge once it is approved.

    Names may repeat: to refuse one would tell anyone who asks which organisations are here. The same
    `submission` again is the same organisation.
    """
    found: Stakeholder | None = db.session.scalar(
        insert(Stakeholder)
        .values(status="pending", **given)
        .on_conflict_do_nothing(index_elements=[Stakeholder.submission])
        .returning(Stakeholder)
    )
    if found is None:
        found = db.session.scalars(
            select(Stakeholder).where(Stakeholder.submission == given["submission"])
        ).one()
    db.session.commit()
    return found


def approve_stakeholder(stakeholder_id: UUID) -> Stakeholder:
    """Let an organisation pledge, and match again what it pledged before it was suspended.

    One that is approved already stays as it is.
    """
    stakeholder = _lock(stakeholder_id)
    if stakeholder.status == "suspended":
        resume_pledges(stakeholder.id)
    if stakeholder.status != "approved":
        stakeholder.status, stakeholder.suspended_because = "approved", None
        kind = cast(StakeholderKind, stakeholder.kind)
        outbox.record(
            db.session, StakeholderApproved(stakeholder=stakeholder.id, name=stakeholder.name, kind=kind)
        )
    db.session.commit()
    return stakeholder


def suspend_stakeholder(stakeholder_id: UUID, reason: str) -> Stakeholder:
    """Let an organisation pledge no more, and set nothing aside from what it pledged.

    What is set aside already may still be paid and delivered: households count on it.
    """
    stakeholder = _lock(stakeholder_id)
    if stakeholder.status == "approved":
        outbox.record(db.session, StakeholderSuspended(stakeholder=stakeholder.id))
    stakeholder.status, stakeholder.suspended_because = "suspended", reason
    db.session.commit()
    return stakeholder


def create_key(
    stakeholder_id: UUID, *, name: str, scopes: list[str], key: str | None = None
) -> tuple[ApiKey, str]:
    """Make an API key; return it with the one chance to read it."""
    require_active(_lock(stakeholder_id).status)
    secret = key or KEY_PREFIX + secrets.token_urlsafe(32)
    made = ApiKey(
        stakeholder_id=stakeholder_id,
        name=name,
        prefix=shown_part(secret),
        secret_hash=digest(secret),
        scopes=sorted(set(scopes)),
    )
    db.session.add(made)
    db.session.commit()
    return made, secret


def revoke_key(key_id: UUID) -> None:
    """Make a key hold no more; raise NotFound where it is not the caller's or was revoked before."""
    key = db.session.scalar(
        select(ApiKey).where(ApiKey.id == key_id, ApiKey.revoked_at.is_(None)).with_for_update()
    )
    if key is None:
        raise NotFound("key")
    key.revoked_at = clock.now()
    db.session.commit()


def _lock(stakeholder_id: UUID) -> Stakeholder:
    # Whoever writes a row that belongs to the organisation needs not wait: its key stays as it is.
    found: Any = db.session.get(Stakeholder, stakeholder_id, with_for_update={"key_share": True})
    if found is None:
        raise NotFound("stakeholder")
    return cast(Stakeholder, found)

"""Changes to organisations and their keys."""

import secrets
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from services.donations.database import db
from services.donations.stakeholders.domain import KEY_PREFIX, digest, require_active, shown_part
from services.donations.stakeholders.models import ApiKey, Stakeholder
from services.donations.stakeholders.queries import lock_stakeholder
from shared import clock
from shared.errors import NotFound


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


def create_key(
    stakeholder_id: UUID, *, name: str, scopes: list[str], key: str | None = None
) -> tuple[ApiKey, str]:
    """Make an API key; return it with the one chance to read it."""
    require_active(lock_stakeholder(stakeholder_id).status)
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

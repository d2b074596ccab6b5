"""Reads of organisations and keys."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.donations.database import db
from services.donations.stakeholders.domain import is_key, proves, shown_part
from services.donations.stakeholders.models import ApiKey, Stakeholder
from shared.auth.principal import Principal
from shared.auth.visibility import OF_ALL
from shared.errors import NotFound


def select_stakeholders(*, status: str | None = None) -> Select[Any]:
    """Return the statement of all organisations, or of those with a status."""
    rows = select(Stakeholder)
    return rows if status is None else rows.where(Stakeholder.status == status)


def get_stakeholder(stakeholder: UUID) -> Stakeholder:
    """Return an organisation; raise NotFound."""
    found = db.session.get(Stakeholder, stakeholder)
    if found is None:
        raise NotFound("stakeholder")
    return found


def lock_stakeholder(stakeholder: UUID) -> Stakeholder:
    """Return an organisation, locked until the transaction ends; raise NotFound.

    Whoever writes a row that belongs to it needs not wait: its key stays as it is.
    """
    found = db.session.get(Stakeholder, stakeholder, with_for_update={"key_share": True})
    if found is None:
        raise NotFound("stakeholder")
    return found


def find_suspended(session: Session, stakeholders: Collection[UUID]) -> set[UUID]:
    """Return which of these organisations are suspended now."""
    rows = select(Stakeholder.id).where(Stakeholder.id.in_(stakeholders), Stakeholder.status == "suspended")
    return set(session.scalars(rows))


def select_keys(stakeholder: UUID) -> Select[Any]:
    """Return the statement of an organisation's keys that hold."""
    return select(ApiKey).where(ApiKey.stakeholder_id == stakeholder, ApiKey.revoked_at.is_(None))


def was_made(session: Session, bearer: str) -> bool:
    """Tell whether there is an API key of this secret, whether it holds or was revoked."""
    digests = session.scalars(
        select(ApiKey.secret_hash).where(ApiKey.prefix == shown_part(bearer)),
        execution_options=OF_ALL,
    )
    return any(proves(bearer, known) for known in digests)


def find_key(session: Session, bearer: str) -> Principal | None:
    """Return whom an API key speaks for, or None where it is not ours or was revoked."""
    if not is_key(bearer):
        return None
    # Before the caller is known nothing is visible, so this one look-up sees every row.
    candidates = session.execute(
        select(ApiKey.id, ApiKey.secret_hash, ApiKey.stakeholder_id, ApiKey.scopes, ApiKey.name).where(
            ApiKey.prefix == shown_part(bearer), ApiKey.revoked_at.is_(None)
        ),
        execution_options=OF_ALL,
    )
    key = next((key for key in candidates if proves(bearer, key.secret_hash)), None)
    if key is None:
        return None
    return Principal(
        id=str(key.id),
        roles=frozenset(),
        stakeholder=key.stakeholder_id,
        scopes=frozenset(key.scopes),
        display_name=key.name,
    )

"""Reads of the policy."""

from collections.abc import Sequence

from sqlalchemy import select

from services.programs.policy.models import PolicyDraft, PolicyVersion
from shared.database import AnySession
from shared.errors import NotFound


def current_version(session: AnySession) -> PolicyVersion:
    """Return the version that holds now; the first comes with the database."""
    return session.scalars(select(PolicyVersion).order_by(PolicyVersion.version.desc()).limit(1)).one()


def find_version(session: AnySession, version: int) -> PolicyVersion:
    """Return one version; raise NotFound where there is none such."""
    found = session.get(PolicyVersion, version)
    if found is None:
        raise NotFound("policy")
    return found


def list_versions(session: AnySession, most: int) -> Sequence[PolicyVersion]:
    """Return the last versions, the newest first."""
    return session.scalars(select(PolicyVersion).order_by(PolicyVersion.version.desc()).limit(most)).all()


def find_draft(session: AnySession, *, lock: bool = False) -> PolicyDraft:
    """Return the draft of the next version; raise NotFound where nobody made one."""
    draft = peek_draft(session, lock=lock)
    if draft is None:
        raise NotFound("policy_draft")
    return draft


def peek_draft(session: AnySession, *, lock: bool = False) -> PolicyDraft | None:
    """Return the draft of the next version, if there is one."""
    wanted = select(PolicyDraft)
    return session.scalars(wanted.with_for_update() if lock else wanted).one_or_none()

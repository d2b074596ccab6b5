"""Reads of the policy."""

from sqlalchemy import select

from services.programs.policy.models import PolicyVersion
from shared.database import AnySession


def current_version(session: AnySession) -> PolicyVersion:
    """Return the version that holds now; the first comes with the database."""
    return session.scalars(select(PolicyVersion).order_by(PolicyVersion.version.desc()).limit(1)).one()

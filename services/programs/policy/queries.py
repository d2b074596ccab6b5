"""Reads of the policy."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from services.programs.policy.models import PolicyVersion


def current_version(session: Session | scoped_session[Any]) -> PolicyVersion:
    """Return the version that holds now; the first comes with the database."""
    return session.scalars(select(PolicyVersion).order_by(PolicyVersion.version.desc()).limit(1)).one()

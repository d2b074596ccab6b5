"""Reading imports and the receipts of their rows."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, scoped_session

from services.programs.imports.models import ImportJob, ImportRow
from shared.errors import NotFound


def imports() -> Select[ImportJob]:
    """Return every import."""
    return select(ImportJob)


def find_import(session: Session | scoped_session[Any], job: UUID) -> ImportJob:
    """Return an import; raise NotFound."""
    found = session.scalars(select(ImportJob).where(ImportJob.id == job)).one_or_none()
    if found is None:
        raise NotFound("import")
    return found


def receipts(job: UUID, *, outcome: str | None = None) -> Select[ImportRow]:
    """Return the rows of an import that have their receipt."""
    wanted = select(ImportRow).where(ImportRow.import_id == job)
    if outcome is None:
        return wanted.where(ImportRow.outcome.is_not(None))
    return wanted.where(ImportRow.outcome == outcome)

"""Reading imports and the receipts of their rows."""

from uuid import UUID

from sqlalchemy import Select, or_, select

from services.programs.imports.models import ImportJob, ImportRow
from shared.auth.principal import Principal
from shared.auth.visibility import lies_in
from shared.database import AnySession
from shared.errors import NotFound


def imports(caller: Principal) -> Select[ImportJob]:
    """Return the imports that the caller may see: with an area, those of it and the caller's own."""
    wanted = select(ImportJob)
    if caller.area is None:
        return wanted
    return wanted.where(or_(lies_in(ImportJob.area, caller.area), ImportJob.created_by == caller.id))


def find_import(session: AnySession, job: UUID, caller: Principal) -> ImportJob:
    """Return an import that the caller may see; raise NotFound."""
    found = session.scalars(imports(caller).where(ImportJob.id == job)).one_or_none()
    if found is None:
        raise NotFound("import")
    return found


def receipts(job: UUID, *, outcome: str | None = None) -> Select[ImportRow]:
    """Return the rows of an import that have their receipt."""
    wanted = select(ImportRow).where(ImportRow.import_id == job)
    if outcome is None:
        return wanted.where(ImportRow.outcome.is_not(None))
    return wanted.where(ImportRow.outcome == outcome)

"""Reading the audit log, and proving that nobody changed it."""

from contextlib import closing
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, scoped_session

from services.programs.audit.domain import BEGINNING, Line, digest
from services.programs.audit.models import AuditEntry, AuditHead


def entries(*, household: UUID | None = None, actor: str | None = None) -> Select[AuditEntry]:
    """Return the lines about a household or by somebody, oldest first where they are paged by id."""
    wanted = select(AuditEntry)
    if household is not None:
        wanted = wanted.where(AuditEntry.household_id == household)
    return wanted if actor is None else wanted.where(AuditEntry.actor == actor)


def first_broken_line(session: Session | scoped_session[Any], key: bytes) -> tuple[int, int | None]:
    """Go through the whole chain; return how many lines hold, and the number of the first that does not."""
    before, expected = BEGINNING, 0
    chain = select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=2000)
    with closing(session.scalars(chain)) as lines:
        for entry in lines:
            expected += 1
            before = digest(key, before, _line(entry))
            if entry.seq != expected or entry.digest != before:
                return expected - 1, expected
    head = session.scalars(select(AuditHead)).one()
    return (expected, None) if (head.seq, head.digest) == (expected, before) else (expected, expected + 1)


def _line(entry: AuditEntry) -> Line:
    return Line(
        seq=entry.seq,
        id=entry.id,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        household=entry.household_id,
        why=entry.why,
        request_id=entry.request_id,
    )

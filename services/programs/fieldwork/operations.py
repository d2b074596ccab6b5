"""Keeping what was answered of a visit so far, until it is recorded."""

from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.programs.database import db
from services.programs.fieldwork.domain import Draft
from services.programs.fieldwork.queries import Begun, find_begun
from services.programs.registry.queries import find_household
from services.programs.vault import Vault
from services.programs.visits.models import Visit, VisitDraft
from services.programs.visits.operations import Result, record_result
from services.programs.visits.queries import find_visit
from shared import clock
from shared.errors import Conflict
from shared.ids import new_id
from shared.worker import Task

# A visit nobody has gone on with for so long is begun anew: the answers would no longer be true.
KEPT = timedelta(days=30)


def begin_visit(visit: UUID, vault: Vault, *, by: str, anew: bool = False) -> Draft:
    """Begin a visit, or go on with it; `anew` forgets what was answered. Raise Conflict if it was made."""
    # The household is locked before the visit, as where it is recorded: a draft refers to both.
    find_household(db.session, find_visit(db.session, visit).household_id, lock=True)
    # Locked, so that it is not recorded meanwhile: its drafts would be gone, and this one would stay.
    found = find_visit(db.session, visit, lock=True)
    if found.status == "completed":
        raise Conflict("visit_completed", "This visit was made already.")
    begun = find_begun(db.session, vault, visit, by=by)
    if begun is not None and anew:
        db.session.delete(begun.row)
        db.session.flush()
        begun = None
    draft = Draft() if begun is None else begun.draft
    if begun is None:
        db.session.add(_new_row(found, draft, vault, by))
    db.session.commit()
    return draft


def keep_draft(begun: Begun, draft: Draft, vault: Vault) -> None:
    """Let new answers take the place of those before."""
    begun.row.answers, begun.row.saved_at = _seal(vault, begun.row.id, draft), clock.now()
    db.session.commit()


def record_draft(begun: Begun, *, by: str) -> None:
    """Record the visit with what was answered; a button pressed twice records it once."""
    draft = begun.draft
    result = Result(
        client_id=str(begun.row.id),
        visited_at=clock.now(),
        outcome=draft.outcome or "not_found",
        answers=draft.answers,
        needs=draft.needs,
    )
    record_result(begun.row.visit_id, result, by=by)


def forget_drafts(session: Session) -> bool:
    """Delete the drafts nobody went on with. The caller commits."""
    session.execute(delete(VisitDraft).where(VisitDraft.saved_at < clock.now() - KEPT))
    return False


def _new_row(visit: Visit, draft: Draft, vault: Vault, by: str) -> VisitDraft:
    identity = new_id()
    return VisitDraft(
        id=identity,
        visit_id=visit.id,
        household_id=visit.household_id,
        desa=visit.desa,
        person=by,
        answers=_seal(vault, identity, draft),
        saved_at=clock.now(),
    )


def _seal(vault: Vault, row: UUID, draft: Draft) -> bytes:
    return vault.seal(row, "answers", msgspec.json.encode(draft).decode())


FORGET_DRAFTS = Task("forget-drafts", forget_drafts, timedelta(hours=1))

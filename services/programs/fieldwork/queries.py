"""Reading what was answered of visits so far. Everybody reads what they wrote themselves."""

from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy import select

from services.programs.fieldwork.domain import Draft
from services.programs.vault import Vault
from services.programs.visits.models import VisitDraft
from shared.database import AnySession


@dataclass(frozen=True, slots=True)
class Begun:
    """A visit that somebody has begun: the row, and the draft in it, readable."""

    row: VisitDraft
    draft: Draft


def find_begun(
    session: AnySession, vault: Vault, visit: UUID, *, by: str, lock: bool = False
) -> Begun | None:
    """Return what a person has begun of a visit, locked for a change if wanted."""
    wanted = select(VisitDraft).where(VisitDraft.visit_id == visit, VisitDraft.person == by)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(wanted).one_or_none()
    return None if row is None else Begun(row, _open(vault, row))


def drafts_of(session: AnySession, vault: Vault, visits: list[UUID], *, by: str) -> dict[UUID, Draft]:
    """Return what a person has begun, of some visits."""
    wanted = select(VisitDraft).where(VisitDraft.visit_id.in_(visits), VisitDraft.person == by)
    return {row.visit_id: _open(vault, row) for row in session.scalars(wanted)}


def _open(vault: Vault, row: VisitDraft) -> Draft:
    return msgspec.json.decode(vault.open(row.id, "answers", row.answers), type=Draft)

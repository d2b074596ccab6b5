"""Reading visits."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select, select

from services.programs.vault import Vault
from services.programs.visits.models import Visit
from shared.auth.visibility import lies_in
from shared.database import AnySession, get_visible


def visits(
    *, status: str | None = None, area: str | None = None, household: UUID | None = None
) -> Select[Visit]:
    """Return the visits that fit a filter. `area` is a village or any area around it."""
    wanted = select(Visit)
    if status is not None:
        wanted = wanted.where(Visit.status == status)
    if area is not None:
        wanted = wanted.where(lies_in(Visit.desa, area))
    return wanted if household is None else wanted.where(Visit.household_id == household)


def find_visit(session: AnySession, visit: UUID, *, lock: bool = False) -> Visit:
    """Return a visit the caller may see, locked and read afresh if wanted; raise NotFound."""
    return get_visible(session, Visit, visit, lock=lock)


def open_visits(session: AnySession, households: list[UUID]) -> set[UUID]:
    """Return which of some households have a visit that was not made yet."""
    wanted = select(Visit.household_id).where(Visit.household_id.in_(households), Visit.status == "assigned")
    return set(session.scalars(wanted))


def open_answers(vault: Vault, visit: Visit) -> dict[str, Any]:
    """Return what was answered at a visit, by the code of the question; empty before it was made."""
    if visit.answers is None:
        return {}
    found: dict[str, Any] = msgspec.json.decode(vault.open(visit.id, "answers", visit.answers))
    return found

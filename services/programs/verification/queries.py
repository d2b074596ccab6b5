"""What waits for an officer, and what was decided."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from services.programs.needs.models import Need
from services.programs.registry.models import Household
from services.programs.verification.models import Decision, Hold
from services.programs.visits.models import Visit
from shared.database import AnySession


def to_assign() -> Select[Household]:
    """Return the households that wait for a visit nobody has been asked to make."""
    asked = select(Visit.id).where(Visit.household_id == Household.id, Visit.status == "assigned").exists()
    return select(Household).where(Household.status.in_(("registered", "lapsed")), ~asked, ~_waits())


def to_decide() -> Select[Household]:
    """Return the households whose last visit waits for a second person's decision."""
    return select(Household).where(_waits())


def _waits() -> ColumnElement[bool]:
    later = aliased(Visit)
    superseded = (
        select(later.id)
        .where(later.household_id == Visit.household_id, later.completed_at > Visit.completed_at)
        .exists()
    )
    decided = select(Decision.id).where(Decision.visit_id == Visit.id).exists()
    last = select(Visit.id).where(Visit.household_id == Household.id, Visit.status == "completed")
    return last.where(~superseded, ~decided).exists()


def count_households(session: AnySession, wanted: Select[Household]) -> int:
    """Return how many households the caller would see."""
    # The columns are exchanged rather than the query wrapped: the rule of who sees what stays on it.
    return session.scalar(wanted.with_only_columns(func.count(Household.id)).order_by(None)) or 0


def last_visit(session: AnySession, household: UUID) -> Visit | None:
    """Return the last visit that was made, decided on or not."""
    made = select(Visit).where(Visit.household_id == household, Visit.status == "completed")
    return session.scalars(made.order_by(Visit.completed_at.desc()).limit(1)).one_or_none()


def undecided_visit(session: AnySession, household: UUID) -> Visit | None:
    """Return the last visit that was made where nobody has decided on it yet."""
    last = last_visit(session, household)
    if last is None or session.scalar(select(Decision.id).where(Decision.visit_id == last.id)) is not None:
        return None
    return last


def has_visited(session: AnySession, household: UUID, person: str) -> bool:
    """Tell whether a person was ever at the household's door."""
    visited = select(Visit.id).where(Visit.household_id == household, Visit.visited_by == person)
    return session.scalar(visited.limit(1)) is not None


def has_recorded_need(session: AnySession, household: UUID, person: str) -> bool:
    """Tell whether a person ever recorded a need of the household, closed by now or not."""
    recorded = select(Need.id).where(Need.household_id == household, Need.recorded_by == person)
    return session.scalar(recorded.limit(1)) is not None


def decisions_of(session: AnySession, household: UUID) -> list[Decision]:
    """Return what was decided about a household, the last first."""
    wanted = select(Decision).where(Decision.household_id == household)
    return list(session.scalars(wanted.order_by(Decision.id.desc())))


def holds_of(session: AnySession, household: UUID) -> list[Hold]:
    """Return the holds of a household, the last first."""
    return list(session.scalars(select(Hold).where(Hold.household_id == household).order_by(Hold.id.desc())))

"""Keeping up with birthdays: a child that turns five is no longer one under five."""

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.programs.ageing.queries import stale_households
from services.programs.matching.operations import check_again
from services.programs.registry.domain import Life, figures
from services.programs.registry.models import Household, Member, life_of
from services.programs.registry.operations import changed, set_figures
from shared import clock, outbox
from shared.worker import Task

AT_ONCE = 300


def keep_up_with_birthdays(session: Session) -> bool:
    """Work out anew what a birthday has changed; return True if there is more. The caller commits."""
    stale = stale_households(session, most=AT_ONCE)
    locked = select(Household).where(Household.id.in_(stale)).order_by(Household.id).with_for_update()
    households = session.scalars(locked.execution_options(populate_existing=True)).all()
    lives: dict[UUID, list[Life]] = defaultdict(list)
    for member in session.scalars(select(Member).where(Member.household_id.in_(stale))):
        lives[member.household_id].append(life_of(member))
    for household in households:
        found = figures(
            lives[household.id], housing=household.housing, decile=household.decile, day=clock.today()
        )
        set_figures(household, found)
        household.version += 1
        household.updated_at = clock.now()
    session.flush()
    outbox.record_all(session, [changed(household) for household in households])
    if households:
        check_again(session, [household.id for household in households])
    return len(stale) == AT_ONCE


BIRTHDAYS = Task("birthdays", keep_up_with_birthdays, timedelta(hours=1))

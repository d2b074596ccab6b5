"""Moving needs from goods into rupiah, by a person or because the policy says so."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from services.programs.database import db, lock_rows
from services.programs.needs.domain import NewNeed
from services.programs.needs.models import Need
from services.programs.needs.operations import lock_need, make_need, open_markets, shut, tell_recorded
from services.programs.policy.queries import current_version
from services.programs.registry.models import Household
from shared import clock
from shared.catalogue import reference_price
from shared.database import AnySession
from shared.errors import Conflict
from shared.vocabulary import RUPIAH
from shared.worker import Task

AT_MOST = 200


def move_to_cash(need: UUID) -> Need:
    """Move the uncovered part of a need in goods into rupiah; return the need that takes it over.

    Raises Conflict where it is in rupiah or closed, where nothing of it is open, or where the household
    has such a need in rupiah already.
    """
    found = lock_need(need)
    _refuse_move(found)
    taking_over = _move(db.session, found)
    db.session.commit()
    return taking_over


def move_old_needs(session: Session) -> bool:
    """Move what has been open in goods longer than the policy allows; return whether there is more.

    A household on hold is left alone until a person has released it.
    """
    days = current_version(session).cash_after_days
    if days is None:
        return False
    in_cash = aliased(Need)
    due = (
        select(Need.id, Need.household_id)
        .join(Household, Household.id == Need.household_id)
        .where(
            Household.held.is_(False),
            Need.status == "open",
            Need.item.is_not(None),
            Need.created_at < clock.now() - timedelta(days=days),
            ~select(in_cash.id)
            .where(
                in_cash.household_id == Need.household_id,
                in_cash.category == Need.category,
                in_cash.market == RUPIAH,
                in_cash.closed_at.is_(None),
            )
            .exists(),
        )
        .limit(AT_MOST)
    )
    rows = session.execute(due).all()
    owners = lock_rows(session, Household, {household for _, household in rows})
    for found in lock_rows(session, Need, {need for need, _ in rows}).values():
        # Somebody may have held it, or closed it, before the locks were ours.
        if owners[found.household_id].held or found.status != "open":
            continue
        # Of two such needs of one category the second waits until the first is closed.
        if (found.category, RUPIAH) not in open_markets(session, found.household_id):
            _move(session, found)
    return len(rows) == AT_MOST


def _move(session: AnySession, need: Need) -> Need:
    household = session.get_one(Household, need.household_id)
    value = (need.quantity - need.covered) * reference_price(need.item)
    stated = NewNeed(need.category, value, RUPIAH, None, value, need.urgency, need.indivisible)
    taking_over = make_need(household, stated, need.recorded_by)
    # It has waited as long as the one whose place it takes.
    taking_over.moved_from, taking_over.created_at = need.id, need.created_at
    if need.covered == 0:
        shut(session, need, "moved_to_cash")
        _add(session, household, taking_over)
        return taking_over
    need.value_idr = need.value_idr * need.covered // need.quantity
    need.quantity = need.covered
    _add(session, household, taking_over, smaller=need)
    if need.delivered == need.quantity:
        shut(session, need, "delivered")
    return taking_over


def _add(session: AnySession, household: Household, need: Need, *, smaller: Need | None = None) -> None:
    session.flush()
    session.add(need)
    tell_recorded(session, household, [need] if smaller is None else [smaller, need])


def _refuse_move(need: Need) -> None:
    if need.item is None:
        raise Conflict("already_cash", "The need is in rupiah already.")
    if need.covered == need.quantity:
        raise Conflict("nothing_open", "Nothing of the need is open.")
    if (need.category, RUPIAH) in open_markets(db.session, need.household_id):
        raise Conflict("already_open", "The household has an open need of this category in rupiah.")


MOVE_TO_CASH = Task("move-to-cash", move_old_needs, every=timedelta(hours=1))

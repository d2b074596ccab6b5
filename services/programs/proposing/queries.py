"""Reads of what the match may end, and of whose it is. For tasks and commands: they see every area."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import case, func, select, true
from sqlalchemy.orm import aliased

from services.programs.database import one_of
from services.programs.in_play.domain import Terms
from services.programs.in_play.queries import may_be_moved
from services.programs.markets.domain import Change
from services.programs.matching.domain import LIVE
from services.programs.matching.models import Allocation, Pledge
from services.programs.needs.models import Need
from services.programs.registry.models import Household
from shared.database import AnySession


def find_concerned(session: AnySession, pledges: Collection[UUID]) -> set[UUID]:
    """Return the needs that have something of pledges, or were refused by them."""
    stages = Allocation.stage.in_((*LIVE, "refused"))
    concerned = select(Allocation.need_id).where(Allocation.pledge_id == one_of(pledges), stages)
    return set(session.scalars(concerned.distinct())) if pledges else set()


def find_movable(session: AnySession, needs: Collection[UUID], terms: Terms) -> list[tuple[UUID, UUID, UUID]]:
    """Return (allocation, need, pledge) of what the match may end of some needs."""
    rows = session.execute(
        select(Allocation.id, Allocation.need_id, Allocation.pledge_id)
        .join(Pledge, Pledge.id == Allocation.pledge_id)
        .where(Allocation.need_id == one_of(needs), may_be_moved(terms))
    )
    return [(allocation, need, pledge) for allocation, need, pledge in rows]


def find_incomplete(session: AnySession, market: str, needs: Collection[UUID] | None = None) -> set[UUID]:
    """Return the indivisible needs that are covered in part by something live; where `needs` names some, of those."""
    rows = (
        select(Need.id)
        .join(Allocation, Allocation.need_id == Need.id)
        .where(
            Need.market == market,
            Need.indivisible,
            Need.closed_at.is_(None),
            Need.covered < Need.quantity,
            Allocation.stage.in_(LIVE),
            true() if needs is None else Need.id == one_of(needs),
        )
    )
    return set(session.scalars(rows))


def find_live(session: AnySession, needs: Collection[UUID]) -> list[UUID]:
    """Return the live allocations of some needs."""
    live = select(Allocation.id).where(Allocation.need_id == one_of(needs), Allocation.stage.in_(LIVE))
    return list(session.scalars(live))


def find_given(session: AnySession, households: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    """Return what households got or will get since they were verified, in rupiah: without and with one approval.

    What two people must approve, and what was given back, is left out.
    """
    worth = Allocation.value_idr / Allocation.quantity * Allocation.holding
    rows = session.execute(
        select(
            Allocation.household_id,
            func.sum(case((Allocation.approvals_needed == 0, worth), else_=0)),
            func.sum(case((Allocation.approvals_needed == 1, worth), else_=0)),
        )
        .join(Household, Household.id == Allocation.household_id)
        .where(
            Allocation.household_id == one_of(households),
            Allocation.holding > 0,
            Allocation.created_at >= Household.verified_at,
        )
        .group_by(Allocation.household_id)
    )
    return {household: (int(unseen), int(seen_once)) for household, unseen, seen_once in rows}


def find_kin(session: AnySession, needs: Collection[UUID], *, besides: str | None = None) -> list[Change]:
    """Return the other open needs of the same households, as changes of their markets, `besides` one of these."""
    given = aliased(Need)
    rows = session.execute(
        select(Need.market, Need.id)
        .join(given, given.household_id == Need.household_id)
        .where(given.id == one_of(needs), ~(Need.id == one_of(needs)), Need.closed_at.is_(None))
        .distinct()
    )
    return [Change(market, need, of_kin=True) for market, need in rows if market != besides]

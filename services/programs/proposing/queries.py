"""Reads of needs and pledges as the match sees them. For tasks and commands: they see every area."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, true

from services.programs.matching.domain import LIVE
from services.programs.matching.models import Allocation, Pledge
from services.programs.matching.queries import is_barred
from services.programs.needs.models import Need
from services.programs.proposing.domain import NeedState, PledgeState, Terms
from services.programs.registry.models import Household
from services.programs.standing.queries import recorded_on, village_share
from shared.database import AnySession


def is_in_play(today: date) -> ColumnElement[bool]:
    """Return the condition that the match may give of a pledge, and give otherwise what it gave of it."""
    return and_(
        Pledge.status == "open",
        ~Pledge.is_blocked,
        Pledge.opens_on <= today,
        or_(Pledge.expires_on.is_(None), Pledge.expires_on >= today),
    )


def may_be_moved(terms: Terms) -> ColumnElement[bool]:
    """Return the condition that the match may end an allocation, of which nobody has paid or decided anything.

    Its pledge must be in the statement too.
    """
    stages = LIVE if terms.policy.rerouted_until == "contributed" else ("proposed",)
    return and_(
        Allocation.stage.in_(stages),
        Allocation.contributed == 0,
        Allocation.delivered == 0,
        Allocation.approvals == 0,
        ~Allocation.held,
        ~Allocation.household_held,
        is_in_play(terms.today),
    )


def find_need_states(
    session: AnySession, market: str, terms: Terms, needs: Collection[UUID] | None = None
) -> dict[UUID, NeedState]:
    """Return the needs of a market that the match may give something to; where `needs` names some, those of them.

    All of one moment: what a need asks for and what it has belong together.
    """
    moved = (
        select(
            func.array_agg(Allocation.pledge_id).label("pledges"),
            func.array_agg(Allocation.quantity).label("quantities"),
            func.sum(Allocation.quantity)
            .filter(or_(Allocation.stage == "reserved", Allocation.told_at.is_not(None)))
            .label("bound"),
        )
        .join(Pledge, Pledge.id == Allocation.pledge_id)
        .where(Allocation.need_id == Need.id, may_be_moved(terms))
        .lateral()
    )
    barred = (
        select(func.array_agg(Allocation.pledge_id).label("pledges"))
        .join(Pledge, Pledge.id == Allocation.pledge_id)
        .where(Allocation.need_id == Need.id, is_barred())
        .lateral()
    )
    # The first in the order of the fields of a NeedState: thousands are read at once, so none is named.
    rows: Iterable[Any] = session.execute(
        select(
            Need.id,
            Need.household_id,
            Need.category,
            Household.desa,
            Household.decile,
            Household.score,
            Household.verified_at,
            Need.urgency,
            Need.indivisible,
            Household.attributes,
            Need.quantity,
            Need.covered,
            Need.promised,
            _bound(moved.c.bound, terms),
            recorded_on(),
            village_share(terms.policy, terms.today),
            moved.c.pledges,
            moved.c.quantities,
            barred.c.pledges,
        )
        .join(Household, Household.id == Need.household_id)
        .outerjoin(moved, true())
        .outerjoin(barred, true())
        .where(
            Need.market == market,
            Need.closed_at.is_(None),
            Household.status == "verified",
            Household.valid_until >= terms.today,
            Household.held.is_(False),
            true() if needs is None else Need.id.in_(needs),
        )
    )
    states = (_state_of(row) for row in rows)
    return {state.id: state for state in states if state.quantity}


def _bound(quantity: ColumnElement[int], terms: Terms) -> ColumnElement[int]:
    """Return how much of what is reserved or told a need keeps, where the policy binds what is reserved."""
    return func.coalesce(quantity, 0) if terms.policy.displaced_until == "reserved" else literal(0)


def _state_of(row: Any) -> NeedState:
    need, household, category, desa, decile, score, verified_at, urgency, whole, attributes = row[:10]
    quantity, covered, promised, bound, recorded, share, pledges, quantities, barred = row[10:]
    parts: dict[UUID, int] = {}
    for pledge, part in zip(pledges or (), quantities or (), strict=True):
        parts[pledge] = parts.get(pledge, 0) + part
    fixed = covered - sum(parts.values())
    return NeedState(
        need,
        household,
        category,
        desa,
        decile,
        score,
        verified_at,
        urgency,
        whole,
        attributes=frozenset(attributes),
        quantity=quantity - fixed,
        kept=max(int(bound), min(promised, quantity) - fixed),
        recorded_on=recorded,
        village_share=share,
        parts=parts,
        excluded=frozenset(barred or ()),
    )


def find_pledge_states(
    session: AnySession, market: str, terms: Terms, pledges: Collection[UUID] | None = None
) -> dict[UUID, PledgeState]:
    """Return the pledges of a market that are open today, spent or not; where `pledges` names some, those of them."""
    found = session.scalars(
        select(Pledge).where(
            Pledge.market == market,
            is_in_play(terms.today),
            true() if pledges is None else Pledge.id.in_(pledges),
        )
    ).all()
    capped = [pledge.id for pledge in found if pledge.cap_per_household is not None]
    received = _find_received(session, capped, terms) if capped else {}
    return {
        pledge.id: PledgeState(
            id=pledge.id,
            version=pledge.version,
            free=pledge.quantity - pledge.used - pledge.withheld,
            expires_on=pledge.expires_on,
            rule=pledge.rule(),
            cap_per_household=pledge.cap_per_household,
            minimum_grant=pledge.minimum_grant or 1,
            received=received.get(pledge.id, {}),
        )
        for pledge in found
    }


def _find_received(
    session: AnySession, pledges: Collection[UUID], terms: Terms
) -> Mapping[UUID, Mapping[UUID, int]]:
    """Return what households have of pledges that the match can't give otherwise."""
    rows = session.execute(
        select(Allocation.pledge_id, Allocation.household_id, func.sum(Allocation.holding))
        .join(Pledge, Pledge.id == Allocation.pledge_id)
        .where(Allocation.pledge_id.in_(pledges), Allocation.holding > 0, ~may_be_moved(terms))
        .group_by(Allocation.pledge_id, Allocation.household_id)
    )
    found: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for pledge, household, quantity in rows:
        found[pledge][household] = int(quantity)
    return found


def find_concerned(session: AnySession, pledges: Collection[UUID]) -> set[UUID]:
    """Return the needs that have something of pledges, or were refused by them."""
    stages = Allocation.stage.in_((*LIVE, "refused"))
    concerned = select(Allocation.need_id).where(Allocation.pledge_id.in_(pledges), stages)
    return set(session.scalars(concerned.distinct())) if pledges else set()


def find_movable(session: AnySession, needs: Collection[UUID], terms: Terms) -> list[tuple[UUID, UUID, UUID]]:
    """Return (allocation, need, pledge) of what the match may end of some needs."""
    rows = session.execute(
        select(Allocation.id, Allocation.need_id, Allocation.pledge_id)
        .join(Pledge, Pledge.id == Allocation.pledge_id)
        .where(Allocation.need_id.in_(needs), may_be_moved(terms))
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
            true() if needs is None else Need.id.in_(needs),
        )
    )
    return set(session.scalars(rows))


def find_live(session: AnySession, needs: Collection[UUID]) -> list[UUID]:
    """Return the live allocations of some needs."""
    live = select(Allocation.id).where(Allocation.need_id.in_(needs), Allocation.stage.in_(LIVE))
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
            Allocation.household_id.in_(households),
            Allocation.holding > 0,
            Allocation.created_at >= Household.verified_at,
        )
        .group_by(Allocation.household_id)
    )
    return {household: (int(unseen), int(seen_once)) for household, unseen, seen_once in rows}

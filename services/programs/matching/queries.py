"""Reads of needs, pledges and allocations as the match sees them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true

from services.programs.matching.domain import Claimed, Rule, Rules
from services.programs.matching.models import Allocation, Pledge
from services.programs.matching.simple import NeedState, PledgeState
from services.programs.needs.models import Need
from services.programs.policy.domain import Policy
from services.programs.registry.models import Household
from shared import clock
from shared.database import AnySession


def may_be_matched(today: date) -> ColumnElement[bool]:
    """Return the condition that a need is open and its household verified, valid and not held."""
    return and_(
        Need.closed_at.is_(None),
        Need.covered < Need.quantity,
        Household.status == "verified",
        Household.valid_until >= today,
        Household.held.is_(False),
    )


def may_be_proposed(today: date) -> ColumnElement[bool]:
    """Return the condition that a pledge is open on a day and has something free."""
    return and_(
        Pledge.status == "open",
        Pledge.free > 0,
        Pledge.opens_on <= today,
        or_(Pledge.expires_on.is_(None), Pledge.expires_on >= today),
    )


def find_pledge_states(session: AnySession, markets: Collection[str], today: date) -> list[PledgeState]:
    """Return the pledges of the markets that are open today and not spent."""
    rows = session.execute(
        select(Pledge, Pledge.free.label("left")).where(Pledge.market.in_(markets), may_be_proposed(today))
    ).all()
    received = _received(session, [pledge.id for pledge, _ in rows if pledge.cap_per_household is not None])
    return [
        PledgeState(
            id=pledge.id,
            version=pledge.version,
            market=pledge.market,
            free=left,
            opens_on=pledge.opens_on,
            expires_on=pledge.expires_on,
            rule=pledge.rule(),
            cap_per_household=pledge.cap_per_household,
            minimum_grant=pledge.minimum_grant or 1,
            received=received[pledge.id],
        )
        for pledge, left in rows
    ]


def _received(session: AnySession, pledges: Collection[UUID]) -> dict[UUID, dict[UUID, int]]:
    found: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    if not pledges:
        return found
    rows = session.execute(
        select(Allocation.pledge_id, Allocation.household_id, func.sum(Allocation.holding))
        .where(Allocation.pledge_id.in_(pledges), Allocation.holding > 0)
        .group_by(Allocation.pledge_id, Allocation.household_id)
    )
    for pledge, household, quantity in rows:
        found[pledge][household] = int(quantity)
    return found


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


def find_need_states(
    session: AnySession,
    markets: Collection[str],
    pledges: Collection[UUID],
    today: date,
    *,
    needs: Collection[UUID] | None = None,
) -> list[NeedState]:
    """Return the needs of the markets that may be matched, with the pledges each must not get.

    Where `needs` names some, only those of them.
    """
    excluded = find_excluded(session, pledges, needs)
    named = true() if needs is None else Need.id.in_(needs)
    rows: Iterable[Any] = session.execute(
        # In the order of the fields of a NeedState: thousands are read at once, so none is named.
        select(
            Need.id,
            Need.household_id,
            Need.market,
            Need.category,
            Need.quantity - Need.covered,
            Need.indivisible,
            Need.urgency,
            Household.decile,
            Household.score,
            Household.verified_at,
            Household.desa,
            Household.attributes,
        )
        .join(Household, Household.id == Need.household_id)
        .where(Need.market.in_(markets), may_be_matched(today), named)
    )
    none: frozenset[UUID] = frozenset()
    return [NeedState(*(*row[:11], frozenset(row[11]), excluded.get(row[0], none))) for row in rows]


def find_excluded(
    session: AnySession, pledges: Collection[UUID], needs: Collection[UUID] | None = None
) -> dict[UUID, frozenset[UUID]]:
    """Return, by need, the pledges that a person or the pledge's own rules refused it, or that wait.

    Where `needs` names some, only of those.
    """
    pairs = session.execute(
        select(Allocation.need_id, Allocation.pledge_id)
        .join(Pledge, Pledge.id == Allocation.pledge_id)
        .where(
            Allocation.pledge_id.in_(pledges),
            true() if needs is None else Allocation.need_id.in_(needs),
            or_(
                Allocation.stage.in_(("proposed", "vetoed")),
                # A pledge that was changed since may think otherwise; one that was short is counted
                # anew, and one that was not open is blocked as a whole for that day.
                and_(
                    Allocation.stage == "refused",
                    Allocation.ended_reason.not_in(("insufficient", "not_open")),
                    Allocation.pledge_version == Pledge.version,
                ),
            ),
        )
        .distinct()
    )
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for need, pledge in pairs:
        found[need].add(pledge)
    return {need: frozenset(several) for need, several in found.items()}


def find_rules(session: AnySession) -> dict[str, Rules]:
    """Return the rules of every open pledge, spent or not, by market."""
    found: dict[str, list[Rule]] = defaultdict(list)
    for pledge in session.scalars(select(Pledge).where(Pledge.status == "open")):
        found[pledge.market].append(pledge.rule())
    return {market: Rules(rules) for market, rules in found.items()}


_SORTED_BY: dict[str, ColumnElement[Any]] = {
    "decile": Household.decile.asc(),
    "score": Household.score.desc(),
    "urgency": Need.urgency.desc(),
    "verified_at": Household.verified_at.asc(),
}


def ranks_of(session: AnySession, needs: Iterable[UUID], policy: Policy) -> dict[UUID, tuple[int, int]]:
    """Return (rank, of how many) of each need that may be matched, among all of its market.

    A rank counts needs that the reader may not see: their number tells nothing about them.
    """
    wanted = list(needs)
    if not wanted:
        return {}
    order = [*(_SORTED_BY[key] for key in policy.order), Need.id.asc()]
    mine = select(Need.market).where(Need.id.in_(wanted)).distinct().scalar_subquery()
    ranked = (
        select(
            Need.id,
            func.row_number().over(partition_by=Need.market, order_by=order).label("place"),
            func.count().over(partition_by=Need.market).label("all"),
        )
        .join(Household, Household.id == Need.household_id)
        .where(Need.market.in_(mine), may_be_matched(clock.today()))
        .subquery()
    )
    rows = session.execute(
        select(ranked.c.id, ranked.c.place, ranked.c["all"]).where(ranked.c.id.in_(wanted)),
        execution_options={"everyone": True},
    )
    return {row[0]: (row[1], row[2]) for row in rows}


@dataclass(frozen=True, slots=True)
class WhyOpen:
    """Why something of a need is open: a code, and how many open pledges would admit it."""

    code: str
    admitting_pledges: int


def why_open(session: AnySession, need: Need) -> WhyOpen | None:
    """Return why something of a need is open; None where nothing is."""
    if need.closed_at is not None or need.covered >= need.quantity:
        return None
    household = session.get_one(Household, need.household_id)
    pledges = session.scalars(
        select(Pledge).where(Pledge.market == need.market, Pledge.status == "open")
    ).all()
    claim = Claimed(need.category, household.desa, household.decile, frozenset(household.attributes))
    admitting = [pledge for pledge in pledges if pledge.rule().admits(claim)]
    return WhyOpen(_why_code(household, pledges, admitting), len(admitting))


def _why_code(household: Household, pledges: Sequence[Pledge], admitting: Sequence[Pledge]) -> str:
    if household.status != "verified":
        return "household_not_verified"
    if household.held:
        return "household_held"
    if not pledges:
        return "no_pledge"
    if not admitting:
        return "no_rule_admits"
    # Where something is free it is too little for a minimum, a cap or a whole roof, or about to be matched.
    return "too_little_free" if any(pledge.free for pledge in admitting) else "spent_on_higher_needs"

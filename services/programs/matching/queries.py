"""Reads of needs, pledges and allocations as the match sees them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from services.programs.database import one_of
from services.programs.matching.domain import LIVE, Claimed
from services.programs.matching.models import Allocation, Pledge
from services.programs.needs.models import Need
from services.programs.policy.queries import current_version
from services.programs.registry.models import Household
from shared import clock
from shared.catalogue import reference_price
from shared.database import AnySession

# The pledges that were refused for ever, by household and category.
Vetoes = defaultdict[tuple[UUID, str], frozenset[UUID]]


def may_be_matched(today: date) -> ColumnElement[bool]:
    """Return the condition that a need is open and its household verified, valid and not held."""
    return and_(
        Need.closed_at.is_(None),
        Need.covered < Need.quantity,
        Household.status == "verified",
        Household.valid_until >= today,
        Household.held.is_(False),
    )


def is_in_play(today: date) -> ColumnElement[bool]:
    """Return the condition that the match may give of a pledge, and give otherwise what it gave of it."""
    return and_(
        Pledge.status == "open",
        ~Pledge.is_blocked,
        Pledge.opens_on <= today,
        or_(Pledge.expires_on.is_(None), Pledge.expires_on >= today),
    )


def is_refused() -> ColumnElement[bool]:
    """Return the condition that an allocation bars its pledge from its need, because the pledge's rules refused it.

    Its pledge must be in the statement too.
    """
    # A pledge that was changed since may think otherwise; one that was short is counted anew, and one that was not
    # open is blocked as a whole for that day.
    return and_(
        Allocation.stage == "refused",
        Allocation.ended_reason.not_in(("insufficient", "not_open")),
        Allocation.pledge_version == Pledge.version,
    )


def find_vetoes(session: AnySession, market: str, households: Collection[UUID] | None = None) -> Vetoes:
    """Return the pledges of a market that a person refused for ever: to a household, for a category.

    Where `households` names some, those of them. A need that is closed and recorded again is another one: a veto holds
    for that one too.
    """
    rows = session.execute(
        select(Allocation.household_id, Need.category, Allocation.pledge_id)
        .join(Need, Need.id == Allocation.need_id)
        .where(
            Allocation.stage == "vetoed",
            Need.market == market,
            true() if households is None else Allocation.household_id == one_of(households),
        )
    )
    found: Vetoes = defaultdict(frozenset)
    for household, category, pledge in rows:
        found[household, category] |= {pledge}
    return found


def counts_in_all() -> ColumnElement[bool]:
    """Return the condition that an allocation counts to what its household, in the statement too, has in all.

    That is what is on its way, and what there is of all that was allocated to it since it was verified.
    """
    since_verified = Allocation.created_at >= Household.verified_at
    return and_(Allocation.holding > 0, or_(Allocation.stage.in_(LIVE), since_verified))


def find_received(
    session: AnySession, households: Collection[UUID], *conditions: ColumnElement[bool]
) -> dict[UUID, int]:
    """Return what households have in all, in rupiah at reference prices, of what fits the conditions."""
    rows = session.execute(
        select(Allocation.household_id, Need.item, func.sum(Allocation.holding))
        .join(Need, Need.id == Allocation.need_id)
        .join(Pledge, Pledge.id == Allocation.pledge_id)
        .join(Household, Household.id == Allocation.household_id)
        .where(Allocation.household_id == one_of(households), counts_in_all(), *conditions)
        .group_by(Allocation.household_id, Need.item)
    )
    found: dict[UUID, int] = defaultdict(int)
    for household, item, quantity in rows:
        found[household] += int(quantity) * reference_price(item)
    return dict(found)


@dataclass(frozen=True, slots=True)
class WhyOpen:
    """Why something of a need is open.

    A code, how many open pledges admit it, how many other needs have what those give, and how much is `missing`: a
    new pledge of so much that admits it would cover it.
    """

    code: str
    admitting_pledges: int
    needs_before: int
    missing: int


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
    refused = _find_refused(session, need)
    may_give = [pledge for pledge in admitting if pledge.id not in refused]
    code = _why_code(household, pledges, admitting, may_give)
    if code in {"too_little_free", "spent_on_higher_needs"} and _is_limited(session, need):
        code = "household_limit"
    before, missing = _count_before(session, need, may_give), need.quantity - need.covered
    return WhyOpen(code, len(admitting), before, missing)


def _find_refused(session: AnySession, need: Need) -> set[UUID]:
    """Return the pledges that were refused for a need."""
    refused = (
        select(Allocation.pledge_id)
        .join(Pledge, Pledge.id == Allocation.pledge_id)
        .where(Allocation.need_id == need.id, is_refused())
    )
    vetoes = find_vetoes(session, need.market, [need.household_id])
    return {*session.scalars(refused), *vetoes[need.household_id, need.category]}


def _count_before(session: AnySession, need: Need, pledges: Sequence[Pledge]) -> int:
    """Return how many other needs, of every area, have something of pledges that is not handed over yet."""
    theirs = select(func.count(Allocation.need_id.distinct())).where(
        Allocation.pledge_id.in_([pledge.id for pledge in pledges]),
        Allocation.stage.in_(LIVE),
        Allocation.need_id != need.id,
    )
    return session.scalar(theirs, execution_options={"everyone": True}) or 0


def left_of_limit(session: AnySession, need: Need) -> int | None:
    """Return how much more of a need the policy lets its household have; None where it sets no limit."""
    cap = current_version(session).household_cap_idr
    if cap is None:
        return None
    received = find_received(session, [need.household_id]).get(need.household_id, 0)
    return max(0, cap - received) // reference_price(need.item)


def _is_limited(session: AnySession, need: Need) -> bool:
    """Tell whether the policy lets the household of a need have nothing more of it."""
    left = left_of_limit(session, need)
    return left is not None and left < (need.quantity - need.covered if need.indivisible else 1)


def _why_code(
    household: Household, pledges: Sequence[Pledge], admitting: Sequence[Pledge], may_give: Sequence[Pledge]
) -> str:
    today = clock.today()
    in_play = [
        pledge
        for pledge in may_give
        if not pledge.is_blocked and pledge.opens_on <= today <= (pledge.expires_on or today)
    ]
    codes = {
        "household_not_verified": household.status != "verified",
        "household_held": household.held,
        "no_pledge": not pledges,
        "no_rule_admits": not admitting,
        "refused": not may_give,
        "resting": not in_play,
        # It is too little for a minimum, a cap or a whole roof, or about to be matched.
        "too_little_free": any(pledge.free for pledge in in_play),
        "spent_on_higher_needs": True,
    }
    return next(code for code, holds in codes.items() if holds)

"""Reads of the pledges that could give something in place of a match, and of why none gives more to a need."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from services.programs.database import one_of
from services.programs.in_play.domain import Terms
from services.programs.in_play.queries import left_in_all
from services.programs.matching.domain import LIVE, Claimed
from services.programs.matching.models import Allocation, Pledge
from services.programs.matching.queries import (
    find_received,
    find_vetoes,
    is_in_play,
    is_refused,
    may_admit,
    may_be_given,
)
from services.programs.needs.models import Need
from services.programs.policy.queries import current_version
from services.programs.registry.models import Household
from shared import clock
from shared.auth.visibility import OF_ALL
from shared.database import AnySession


@dataclass(frozen=True, slots=True)
class Alternatives:
    """The first of other pledges, each with the codes of what it asks for and the need meets; and of how many."""

    shown: Sequence[tuple[Pledge, Sequence[str]]]
    of: int


def list_alternatives(session: AnySession, allocation: Allocation, most: int = 20) -> Alternatives:
    """Return other pledges that could give something to the need today, were it not for this match: the first to end.

    The allocation is loaded with its need. As the match sees it: they are open, have something free, admit the need,
    and nobody refused them for it; its household has not reached its cap in them, and they give so little at least.
    """
    need, household = allocation.need, session.get_one(Household, allocation.household_id)
    given = select(Need.id).join(Household, Household.id == Need.household_id)
    if session.scalar(given.where(Need.id == need.id, may_be_given(clock.today()))) is None:
        return Alternatives((), 0)
    open_now = need.quantity - need.covered
    left = _left_in_all(session, household).get(need.id, open_now)
    lacks = min(open_now, left) + allocation.holding - allocation.delivered
    has, claim = _of_each_pledge(household), _claim_of(need, household)
    rows = session.scalars(
        select(Pledge)
        .outerjoin(has, has.c.pledge_id == Pledge.id)
        .where(
            Pledge.market == need.market,
            Pledge.id != allocation.pledge_id,
            is_in_play(clock.today()),
            may_admit(claim),
            _gives_enough(lacks, has),
            _is_untried(need),
        )
        .order_by(Pledge.expires_on.asc().nulls_last(), Pledge.id)
    )
    vetoed = find_vetoes(session, need.market, [household.id])[household.id, need.category]
    open_to_it = (pledge for pledge in rows if pledge.id not in vetoed)
    admitting = [(pledge, rule) for pledge in open_to_it if (rule := pledge.rule()).admits(claim)]
    shown = [(pledge, rule.admitted_by(claim)) for pledge, rule in admitting[:most]]
    return Alternatives(shown, len(admitting))


def _claim_of(need: Need, household: Household) -> Claimed:
    return Claimed(need.category, household.desa, household.decile, frozenset(household.attributes))


def _gives_enough(lacks: int, has: Any) -> ColumnElement[bool]:
    """Return the condition that a pledge may give of what a need lacks, and that it is as much as it gives at least."""
    # Both leave out what is null: where there is no cap, or no minimum.
    most = func.least(Pledge.free, lacks, Pledge.cap_per_household - func.coalesce(has.c.quantity, 0))
    return most >= func.greatest(1, Pledge.minimum_grant)


def _of_each_pledge(household: Household) -> Any:
    """Return the statement of what a household has of each pledge that it has something of."""
    quantity = func.sum(Allocation.holding).label("quantity")
    has = select(Allocation.pledge_id, quantity).where(Allocation.household_id == household.id)
    return has.group_by(Allocation.pledge_id).subquery()


def _is_untried(need: Need) -> ColumnElement[bool]:
    """Return the condition that a need has nothing of a pledge, and that nobody refused it for the need."""
    tried = select(Allocation.id).where(
        and_(Allocation.pledge_id == Pledge.id, Allocation.need_id == need.id),
        or_(Allocation.stage.in_(LIVE), is_refused()),
    )
    return ~tried.exists()


@dataclass(frozen=True, slots=True)
class LimitInAll:
    """What the policy lets a household have in all, what it has by now and what is left: rupiah, at reference prices.

    It has more than the limit where that was lowered since.
    """

    limit_idr: int
    has_idr: int
    left_idr: int


@dataclass(frozen=True, slots=True)
class WhyOpen:
    """Why something of a need is open.

    A code, how many open pledges admit it, how many other needs have what those give, and how much is `missing`: a
    new pledge of so much that admits it would cover it. `household_limit` where that is why.
    """

    code: str
    admitting_pledges: int
    needs_before: int
    missing: int
    household_limit: LimitInAll | None = None


def why_open(session: AnySession, need: Need) -> WhyOpen | None:
    """Return why something of a need is open; None where nothing is."""
    if need.closed_at is not None or need.covered >= need.quantity:
        return None
    household = session.get_one(Household, need.household_id)
    claim = _claim_of(need, household)
    offered = select(Pledge).where(Pledge.market == need.market, Pledge.status == "open")
    found = session.scalars(offered.where(may_admit(claim)))
    admitting = [pledge for pledge in found if pledge.rule().admits(claim)]
    is_offered = bool(admitting) or bool(session.scalar(select(offered.exists())))
    refused = _find_refused(session, need)
    may_give = [pledge for pledge in admitting if pledge.id not in refused]
    code = _why_code(household, admitting, may_give, is_offered=is_offered)
    missing = need.quantity - need.covered
    left = _left_in_all(session, household).get(need.id, missing)
    limit = None
    if not left and household.status == "verified" and not household.held:
        code, limit = "household_limit", find_limit(session, household.id)
    before = _count_before(session, need, may_give)
    return WhyOpen(code, len(admitting), before, min(left, missing) or missing, limit)


def find_limit(session: AnySession, household: UUID) -> LimitInAll | None:
    """Return what a household may have in all, and has; None where the policy sets no limit."""
    limit = current_version(session).household_cap_idr
    if limit is None:
        return None
    has = find_received(session, [household]).get(household, 0)
    return LimitInAll(limit, has, max(0, limit - has))


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
        Allocation.pledge_id == one_of([pledge.id for pledge in pledges]),
        Allocation.stage.in_(LIVE),
        Allocation.need_id != need.id,
    )
    return session.scalar(theirs, execution_options=OF_ALL) or 0


def _why_code(
    household: Household, admitting: Sequence[Pledge], may_give: Sequence[Pledge], *, is_offered: bool
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
        "no_pledge": not is_offered,
        "no_rule_admits": not admitting,
        "refused": not may_give,
        "resting": not in_play,
        # It is too little for a minimum, a cap or a whole roof, or about to be matched.
        "too_little_free": any(pledge.free for pledge in in_play),
        "spent_on_higher_needs": True,
    }
    return next(code for code, holds in codes.items() if holds)


def _left_in_all(session: AnySession, household: Household) -> dict[UUID, int]:
    """Return how much more of its needs a household may have; nothing where the policy sets no limit."""
    terms = Terms(current_version(session).rules(), clock.today())
    return left_in_all(session, terms, [household.id])

"""Reads of the pledges that could give something in place of a match."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select

from services.programs.matching.domain import LIVE, Claimed
from services.programs.matching.models import Allocation, Pledge
from services.programs.matching.queries import find_vetoes, is_in_play, is_refused, left_of_limit
from services.programs.needs.models import Need
from services.programs.registry.models import Household
from shared import clock
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
    if need.closed_at is not None or household.status != "verified":
        return Alternatives((), 0)
    lacks, left = need.quantity - need.covered, left_of_limit(session, need)
    lacks = (lacks if left is None else min(lacks, left)) + allocation.holding - allocation.delivered
    rows = session.scalars(
        select(Pledge)
        .where(
            Pledge.market == need.market,
            Pledge.id != allocation.pledge_id,
            is_in_play(clock.today()),
            _gives_enough(lacks, household),
            _is_untried(need),
        )
        .order_by(Pledge.expires_on.asc().nulls_last(), Pledge.id)
    )
    vetoed = find_vetoes(session, need.market, [household.id])[household.id, need.category]
    claim = Claimed(need.category, household.desa, household.decile, frozenset(household.attributes))
    open_to_it = (pledge for pledge in rows if pledge.id not in vetoed)
    admitting = [(pledge, rule) for pledge in open_to_it if (rule := pledge.rule()).admits(claim)]
    shown = [(pledge, rule.admitted_by(claim)) for pledge, rule in admitting[:most]]
    return Alternatives(shown, len(admitting))


def _gives_enough(lacks: int, household: Household) -> ColumnElement[bool]:
    """Return the condition that a pledge may give of what a need lacks, and that it is as much as it gives at least."""
    has = select(func.coalesce(func.sum(Allocation.holding), 0)).where(
        Allocation.pledge_id == Pledge.id, Allocation.household_id == household.id
    )
    # Both leave out what is null: where there is no cap, or no minimum.
    most = func.least(Pledge.free, lacks, Pledge.cap_per_household - has.scalar_subquery())
    return most >= func.greatest(1, Pledge.minimum_grant)


def _is_untried(need: Need) -> ColumnElement[bool]:
    """Return the condition that a need has nothing of a pledge, and that nobody refused it for the need."""
    tried = select(Allocation.id).where(
        and_(Allocation.pledge_id == Pledge.id, Allocation.need_id == need.id),
        or_(Allocation.stage.in_(LIVE), is_refused()),
    )
    return ~tried.exists()

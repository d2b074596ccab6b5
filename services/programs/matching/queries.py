"""Reads of needs, pledges and allocations as the match sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select

from services.programs.matching.domain import LIVE, Claimed
from services.programs.matching.models import Allocation, Pledge
from services.programs.needs.models import Need
from services.programs.registry.models import Household
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


def is_barred() -> ColumnElement[bool]:
    """Return the condition that an allocation bars its pledge from its need: a person, or the pledge's rules, refused.

    Its pledge must be in the statement too.
    """
    return or_(
        Allocation.stage == "vetoed",
        # A pledge that was changed since may think otherwise; one that was short is counted anew, and one
        # that was not open is blocked as a whole for that day.
        and_(
            Allocation.stage == "refused",
            Allocation.ended_reason.not_in(("insufficient", "not_open")),
            Allocation.pledge_version == Pledge.version,
        ),
    )


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
    code = _why_code(household, pledges, admitting)
    return WhyOpen(
        code, len(admitting), _count_before(session, need, admitting), need.quantity - need.covered
    )


def _count_before(session: AnySession, need: Need, pledges: Sequence[Pledge]) -> int:
    """Return how many other needs, of every area, have something of pledges that is not handed over yet."""
    theirs = select(func.count(Allocation.need_id.distinct())).where(
        Allocation.pledge_id.in_([pledge.id for pledge in pledges]),
        Allocation.stage.in_(LIVE),
        Allocation.need_id != need.id,
    )
    return session.scalar(theirs, execution_options={"everyone": True}) or 0


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

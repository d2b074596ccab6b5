"""Working out what a draft of the policy would change. Nothing of the match is written."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.programs.allocating.operations import read_market
from services.programs.in_play.domain import Parts, Terms
from services.programs.needs.models import Need
from services.programs.policy.models import PolicyDraft
from services.programs.policy.operations import DRAFTED
from services.programs.standing.operations import keep_shares
from services.programs.trying_out.domain import Effect, match_anew
from shared import clock
from shared.catalogue import price_of
from shared.worker import Task

# What a household has of one market decides what it may have of the next, of its highest need first; and what it leaves
# there goes to another household, which may have less elsewhere for it. That takes hardly ever more than three rounds,
# and has no bound but the number of needs: where this is not enough, the effect says so.
MOST_ROUNDS = 20


def work_out(session: Session) -> bool:
    """Work out what the draft would change, where there is one of which that is not known.

    Return True where it has kept what the order looks at first, and is to go on in another transaction: matching
    everything takes long, and the allocator would wait all the while to keep that too. Return True as well where that
    draft is there no longer, for it may be asked for anew.
    """
    draft = session.scalars(select(PolicyDraft).where(PolicyDraft.effect.is_(None))).one_or_none()
    if draft is None:
        return False
    terms, as_of = Terms(draft.rules(), clock.today()), clock.now()
    if keep_shares(session, terms.policy, terms.today):
        return True
    effect = _effect(session, terms)
    told = {"as_of": as_of.isoformat()} | effect.told()
    # It is not locked meanwhile: it may be adopted no sooner, but withdrawn, drafted anew, or asked for once more.
    same = update(PolicyDraft).where(PolicyDraft.number == draft.number)
    return session.scalar(same.values(effect=told).returning(PolicyDraft.number)) is None


def _effect(session: Session, terms: Terms) -> Effect:
    """Match every market anew; where households have a limit in all, until each market agrees with the others."""
    markets = select(Need.market).where(Need.closed_at.is_(None)).distinct().order_by(Need.market)
    found, given = Effect(terms.policy), dict[UUID, Parts]()
    for _ in range(MOST_ROUNDS):
        before, found = dict(given), Effect(terms.policy)
        for market in session.scalars(markets).all():
            needs, pledges = read_market(session, market, terms, elsewhere=given)
            after = match_anew(terms, needs, pledges)
            found.add(needs, after, price_of(market))
            if terms.policy.household_cap_idr is not None:
                given.update(after)
        if given == before:
            return found
    found.at_rest = False
    return found


TRY_OUT = Task("try-policy-out", work_out, every=timedelta(minutes=1), woken_by=DRAFTED)

"""Working out what a draft of the policy would change. Nothing of the match is written."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.programs.allocating.operations import read_market
from services.programs.needs.models import Need
from services.programs.policy.models import PolicyDraft
from services.programs.policy.operations import DRAFTED
from services.programs.proposing.domain import Terms
from services.programs.trying_out.domain import Effect
from shared import clock
from shared.catalogue import reference_price
from shared.worker import Task


def work_out(session: Session) -> bool:
    """Work out what the draft would change, where there is one of which that is not known; return False."""
    draft = session.scalars(select(PolicyDraft).where(PolicyDraft.effect.is_(None))).one_or_none()
    if draft is None:
        return False
    terms = Terms(draft.rules(), clock.today())
    effect, as_of = Effect(terms.policy), clock.now()
    markets = select(Need.market, Need.item).where(Need.closed_at.is_(None)).distinct().order_by(Need.market)
    for market, item in session.execute(markets).all():
        effect.add(terms, *read_market(session, market, terms), price=reference_price(item))
    told = {"as_of": as_of.isoformat()} | effect.told()
    # It is not locked meanwhile: it may be adopted no sooner, but withdrawn or drafted anew.
    session.execute(update(PolicyDraft).where(PolicyDraft.number == draft.number).values(effect=told))
    return False


TRY_OUT = Task("try-policy-out", work_out, every=timedelta(minutes=1), woken_by=DRAFTED)

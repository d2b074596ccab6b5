"""The allocator: settles the markets in which something has changed. It runs as a task, alone.

It reads without locks and lets the engine decide; then it locks what it is about to use and drops
each proposal whose need, household or pledge has changed meanwhile. Those markets come up again.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.programs.database import lock_rows
from services.programs.markets.models import MarketChange
from services.programs.markets.operations import note_changes
from services.programs.matching.engine import NeedState, Proposal, settle
from services.programs.matching.models import Allocation, Pledge
from services.programs.matching.operations import Locked, tell
from services.programs.matching.queries import find_need_states, find_pledge_states
from services.programs.needs.models import Need
from services.programs.policy.domain import Policy
from services.programs.policy.queries import current_version
from services.programs.registry.models import Household
from shared import clock, outbox
from shared.catalogue import reference_price
from shared.events.programs import AllocationProposed
from shared.ids import new_id
from shared.worker import Task

# A transaction that allocates for more would keep others waiting for their rows too long.
AT_MOST = 1000


def settle_markets(session: Session) -> bool:
    """Settle the markets that changed; return True if there is more to do at once."""
    today = clock.today()
    taken = delete(MarketChange).where(MarketChange.due_on <= today).returning(MarketChange.market)
    markets = set(session.scalars(taken))
    if not markets:
        return False
    pledges = find_pledge_states(session, markets, today)
    if not pledges:
        return False
    in_play = {pledge.market for pledge in pledges}
    _look_again_tomorrow(session, in_play)
    needs = find_need_states(session, in_play, [pledge.id for pledge in pledges], today)
    policy = current_version(session).rules()
    proposals = settle(needs, pledges, policy, today=today, at_most=AT_MOST)
    allocated = _allocate(session, proposals, needs, policy) if proposals else []
    unsettled = in_play if len(proposals) >= AT_MOST else _markets_of(needs, proposals, allocated)
    note_changes(session, unsettled)
    return bool(unsettled)


def _look_again_tomorrow(session: Session, markets: set[str]) -> None:
    """Have the markets settled on the next day too: windows open by themselves, households get older."""
    today = clock.today()
    later = select(MarketChange.market).where(MarketChange.market.in_(markets), MarketChange.due_on > today)
    note_changes(session, markets - set(session.scalars(later)), due_on=today + timedelta(days=1))


def _markets_of(
    needs: Sequence[NeedState], proposals: Sequence[Proposal], allocated: Sequence[Proposal]
) -> set[str]:
    """Return the markets in which a proposal was dropped."""
    dropped = {proposal.need for proposal in proposals} - {proposal.need for proposal in allocated}
    return {need.market for need in needs if need.id in dropped}


def _allocate(
    session: Session, proposals: Sequence[Proposal], states: Sequence[NeedState], policy: Policy
) -> list[Proposal]:
    """Write the proposals that still hold: allocations, what they cover and use, and their events."""
    seen = {state.id: state for state in states}
    households = _lock_verified(session, {seen[proposal.need].household for proposal in proposals})
    needs = lock_rows(session, Need, {proposal.need for proposal in proposals})
    pledges = lock_rows(session, Pledge, {proposal.pledge for proposal in proposals})
    kept = []
    for parts in _by_need(proposals).values():
        need = needs.get(parts[0].need)
        unchanged = (
            need is not None
            and need.household_id in households
            and need.closed_at is None
            and need.quantity - need.covered == seen[need.id].open
            and all(pledges[part.pledge].free >= part.quantity for part in parts)
        )
        if need is None or not unchanged:
            continue
        for part in parts:
            need.covered += part.quantity
            pledges[part.pledge].used += part.quantity
        kept.extend(parts)
    _write(session, [(part, needs[part.need], pledges[part.pledge]) for part in kept], policy)
    return kept


def _by_need(proposals: Sequence[Proposal]) -> dict[UUID, list[Proposal]]:
    found: dict[UUID, list[Proposal]] = defaultdict(list)
    for proposal in proposals:
        found[proposal.need].append(proposal)
    return found


def _lock_verified(session: Session, households: Collection[UUID]) -> set[UUID]:
    """Keep households from being held or rejected until the commit; return those that may be matched."""
    return set(
        session.scalars(
            select(Household.id)
            .where(Household.id.in_(households), Household.status == "verified", Household.held.is_(False))
            .order_by(Household.id)
            .with_for_update(read=True)
        )
    )


def _write(session: Session, parts: Sequence[tuple[Proposal, Need, Pledge]], policy: Policy) -> None:
    if not parts:
        return
    now = clock.now()
    allocations = [
        Allocation(
            id=new_id(),
            pledge_id=pledge.id,
            need_id=need.id,
            household_id=need.household_id,
            desa=need.desa,
            quantity=proposal.quantity,
            value_idr=proposal.quantity * reference_price(need.item),
            # All that covers the need by now, so that many small parts can't do without people's word.
            approvals_needed=policy.approvals_needed(need.covered * reference_price(need.item)),
            reasons=msgspec.to_builtins(proposal.reasons),
            policy_version=policy.version,
            pledge_version=pledge.version,
            created_at=now,
            changed_at=now,
        )
        for proposal, need, pledge in parts
    ]
    session.add_all(allocations)
    session.flush()
    outbox.record_all(
        session,
        [
            tell(
                AllocationProposed,
                Locked(allocation, need, pledge),
                proposal.quantity,
                reasons=proposal.reasons,
                awaits_approval=allocation.approvals_needed > 0,
                pledge_version=allocation.pledge_version,
            )
            for allocation, (proposal, need, pledge) in zip(allocations, parts, strict=True)
        ],
    )


ALLOCATOR = Task("allocator", settle_markets, every=timedelta(minutes=1), woken=True)

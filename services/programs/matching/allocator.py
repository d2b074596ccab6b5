"""The allocator: settles the markets in which something has changed. It runs as a task, alone.

It reads without locks and lets the engine decide; then it locks what it is about to use, reads it
again and drops each proposal that was decided on something else. Those markets come up again.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.programs.database import lock_rows
from services.programs.markets.models import MarketChange
from services.programs.markets.operations import CHANGED, note_changes
from services.programs.matching.domain import LIVE
from services.programs.matching.models import Allocation, Pledge
from services.programs.matching.operations import Locked, cancel, lock_allocations, tell
from services.programs.matching.queries import find_given, find_need_states, find_pledge_states
from services.programs.matching.simple import NeedState, PledgeState, Proposal, settle
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
    unsettled = _settle(session, markets, today)
    note_changes(session, unsettled)
    # What was not covered in a settled market stays so until something changes.
    released = _release_incomplete(session, markets - unsettled)
    return bool(unsettled) or released


def _settle(session: Session, markets: set[str], today: date) -> set[str]:
    """Allocate what is free in the markets; return those that are not settled yet."""
    pledges = find_pledge_states(session, markets, today)
    if not pledges:
        return set()
    in_play = {pledge.market for pledge in pledges}
    _look_again_tomorrow(session, in_play)
    needs = find_need_states(session, in_play, [pledge.id for pledge in pledges], today)
    policy = current_version(session).rules()
    proposals = settle(needs, pledges, policy, today=today, at_most=AT_MOST)
    seen = _Seen({need.id: need for need in needs}, {pledge.id: pledge for pledge in pledges}, policy, today)
    allocated = _allocate(session, proposals, seen) if proposals else []
    return in_play if len(proposals) >= AT_MOST else _markets_of(seen, proposals, allocated)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the engine decided on."""

    needs: Mapping[UUID, NeedState]
    pledges: Mapping[UUID, PledgeState]
    policy: Policy
    today: date


def _look_again_tomorrow(session: Session, markets: set[str]) -> None:
    """Have the markets settled on the next day too: windows open by themselves, households get older."""
    today = clock.today()
    later = select(MarketChange.market).where(MarketChange.market.in_(markets), MarketChange.due_on > today)
    note_changes(session, markets - set(session.scalars(later)), due_on=today + timedelta(days=1))


def _markets_of(seen: _Seen, proposals: Sequence[Proposal], allocated: Sequence[Proposal]) -> set[str]:
    """Return the markets in which a proposal was dropped."""
    dropped = {proposal.need for proposal in proposals} - {proposal.need for proposal in allocated}
    return {seen.needs[need].market for need in dropped}


def _allocate(session: Session, proposals: Sequence[Proposal], seen: _Seen) -> list[Proposal]:
    """Write the proposals that still hold: allocations, what they cover and use, and their events."""
    parts_of = _by_need(proposals)
    before = {need: seen.needs[need] for need in parts_of}
    _lock_households(session, {need.household for need in before.values()})
    needs = lock_rows(session, Need, before)
    pledges = lock_rows(session, Pledge, {proposal.pledge for proposal in proposals})
    markets = {need.market for need in before.values()}
    found = find_need_states(session, markets, seen.pledges, seen.today, needs=before)
    now = {need.id: need for need in found}
    kept = []
    for need, parts in parts_of.items():
        offered = all(_is_offered(pledges[part.pledge], seen.pledges[part.pledge], part) for part in parts)
        if not offered or now.get(need) != before[need]:
            continue
        for part in parts:
            needs[need].covered += part.quantity
            pledges[part.pledge].used += part.quantity
        kept.extend(parts)
    _write(session, [(part, needs[part.need], pledges[part.pledge]) for part in kept], seen)
    return kept


def _is_offered(pledge: Pledge, seen: PledgeState, part: Proposal) -> bool:
    """Tell whether a locked pledge is as the engine saw it, and has enough free.

    Its version stands for its rule, its cap and its window. What is free of it changes all the time.
    """
    return pledge.version == seen.version and pledge.free >= part.quantity


def _by_need(proposals: Sequence[Proposal]) -> dict[UUID, list[Proposal]]:
    found: dict[UUID, list[Proposal]] = defaultdict(list)
    for proposal in proposals:
        found[proposal.need].append(proposal)
    return found


def _lock_households(session: Session, households: Collection[UUID]) -> None:
    """Keep households from being changed until the commit. Others may read them, and lock them likewise."""
    ids = select(Household.id).where(Household.id.in_(households)).order_by(Household.id)
    session.execute(ids.with_for_update(read=True))


def _write(session: Session, parts: Sequence[tuple[Proposal, Need, Pledge]], seen: _Seen) -> None:
    if not parts:
        return
    now = clock.now()
    given = find_given(session, {need.household_id for _, need, _ in parts})
    allocations = []
    for proposal, need, pledge in parts:
        value = proposal.quantity * reference_price(need.item)
        unseen, seen_once = given.get(need.household_id, (0, 0))
        approvals = seen.policy.approvals_needed(unseen + value, seen_once)
        given[need.household_id] = (unseen + value * (approvals == 0), seen_once + value * (approvals == 1))
        allocations.append(
            Allocation(
                id=new_id(),
                pledge_id=pledge.id,
                need_id=need.id,
                household_id=need.household_id,
                desa=need.desa,
                quantity=proposal.quantity,
                value_idr=value,
                approvals_needed=approvals,
                reasons=msgspec.to_builtins(proposal.reasons),
                policy_version=seen.policy.version,
                pledge_version=seen.pledges[pledge.id].version,
                created_at=now,
                changed_at=now,
            )
        )
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


def _release_incomplete(session: Session, markets: Collection[str]) -> bool:
    """Cancel what covers a part of an indivisible need in settled markets; return whether anything was.

    Such a part is left where one of several pledges refuses, expires or is vetoed, and nothing takes
    its place. A need of which anything is paid keeps what it has; one whose part a person holds waits
    for that person.
    """
    parts = session.scalars(
        select(Allocation.id)
        .join(Need, Need.id == Allocation.need_id)
        .where(
            Need.market.in_(markets),
            Need.indivisible,
            Need.closed_at.is_(None),
            Need.covered < Need.quantity,
            Allocation.stage.in_(LIVE),
        )
    ).all()
    if not parts:
        return False
    several: dict[UUID, list[Locked]] = defaultdict(list)
    for one in lock_allocations(session, parts):
        several[one.need.id].append(one)
    ended = [one for parts in several.values() if _is_in_vain(parts) for one in parts]
    cancel(session, ended, "incomplete")
    return bool(ended)


def _is_in_vain(parts: Collection[Locked]) -> bool:
    """Tell whether the locked parts of one need cover it in part, and nothing speaks for keeping them."""
    need = next(iter(parts)).need
    untouched = all(
        part.allocation.is_live and part.allocation.contributed == 0 and not part.allocation.is_stopped
        for part in parts
    )
    return untouched and need.closed_at is None and 0 < need.covered < need.quantity and not need.delivered


ALLOCATOR = Task("allocator", settle_markets, every=timedelta(minutes=1), woken_by=CHANGED)

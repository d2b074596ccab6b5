"""Writing what needs shall have: allocations ended and proposed, and their events. Nothing here commits.

What was decided was decided without locks. So everything is locked, in the order that holds everywhere, read again,
and left as it is where it is no longer what was decided on.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services.programs.database import lock_rows, one_of
from services.programs.in_play.domain import NeedState, Parts, PledgeState, Terms
from services.programs.in_play.queries import find_need_states, find_rooms
from services.programs.markets.operations import note_changes
from services.programs.matching.models import Allocation, AllocationEntry, Pledge
from services.programs.matching.operations import Locked, cancel, lock_allocations, tell, withdraw
from services.programs.needs.models import Need
from services.programs.policy.domain import Policy
from services.programs.proposing.domain import Difference, Movable, Wanted, difference
from services.programs.proposing.queries import find_given, find_incomplete, find_kin, find_live, find_movable
from services.programs.registry.models import Household
from shared import clock, outbox
from shared.auth.principal import acting
from shared.catalogue import price_of, reference_price
from shared.events.programs import AllocationProposed, Reasons
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Decided:
    """What a market's needs shall have, and the pledges and the terms that it was decided on."""

    market: str
    wanted: Sequence[Wanted]
    pledges: Mapping[UUID, PledgeState]
    terms: Terms


def write(session: Session, decided: Decided) -> dict[UUID, Parts]:
    """Write the differences; return what the needs have now that have something else than before.

    First everything is ended that has to be: what is proposed then may be of that.
    """
    rows = _Rows(session, decided)
    changes = [(each, rows.difference(each)) for each in decided.wanted if rows.holds(each)]
    for reason, ended in _by_reason(changes).items():
        withdraw(session, rows.end(ended), reason)
    proposals: list[_Proposal] = []
    for each, change in changes:
        if in_the_way := rows.end(rows.in_the_way(each, change.proposed)):
            cancel(session, in_the_way, "household_limit")
        proposals.extend(rows.take(each, change.proposed))
    _propose(session, proposals, decided.terms.policy)
    written = rows.changed()
    if written and decided.terms.policy.household_cap_idr is not None:
        note_changes(session, find_kin(session, written.keys(), besides=decided.market))
    return written


class _Rows:
    """The rows that decisions speak of, locked, and what needs were then."""

    def __init__(self, session: Session, decided: Decided) -> None:
        self._decided = decided
        self._policy, self._price = decided.terms.policy, price_of(decided.market)
        self._minimum = {pledge: state.minimum_grant for pledge, state in decided.pledges.items()}
        needs = {each.need.id for each in decided.wanted}
        limited = self._policy.household_cap_idr is not None
        _lock_households(session, {each.need.household for each in decided.wanted})
        kin = find_kin(session, needs, besides=decided.market) if limited else ()
        locked = needs | {each.need for each in kin if each.need}
        self._needs = lock_rows(session, Need, locked)
        # Those that nobody else may change by now; their pledges may be others than those that were decided on.
        movable = find_movable(session, locked, decided.terms)
        pledges = {pledge for _, _, pledge in movable} | decided.pledges.keys()
        self._pledges = lock_rows(session, Pledge, pledges)
        self._allocations = lock_rows(session, Allocation, [allocation for allocation, _, _ in movable])
        self._states = find_need_states(session, decided.market, decided.terms, needs)
        self._rooms = find_rooms(session, decided.terms, decided.market, self._states.values())
        self._movable: dict[UUID, list[Movable]] = defaultdict(list)
        for allocation in self._allocations.values():
            one = Movable(allocation.id, allocation.pledge_id, allocation.quantity)
            self._movable[allocation.need_id].append(one)
        self._parts = {need: Counter(state.parts) for need, state in self._states.items()}

    def holds(self, wanted: Wanted) -> bool:
        """Tell whether a need is still what it was decided on."""
        return self._states.get(wanted.need.id) == wanted.need

    def difference(self, wanted: Wanted) -> Difference:
        """Return what has to be changed of what a need has."""
        return difference(self._movable[wanted.need.id], wanted.parts, self._minimum)

    def end(self, allocations: Iterable[UUID]) -> list[Locked]:
        """Take allocations out of what their needs have; return them."""
        found = [self._allocations[allocation] for allocation in allocations]
        ended = [Locked(row, self._needs[row.need_id], self._pledges[row.pledge_id]) for row in found]
        for one in ended:
            quantity = one.allocation.quantity
            self._rooms.left[one.need.household_id] += quantity * reference_price(one.need.item)
            if one.need.id in self._parts:
                self._parts[one.need.id][one.pledge.id] -= quantity
        return ended

    def in_the_way(self, wanted: Wanted, proposed: Parts) -> Iterator[UUID]:
        """Yield what lower needs of the household have in other markets, until there is room for what is proposed.

        Of what one of them has no more than a need above it may take; what is left of the last is proposed anew.
        """
        missing = sum(proposed.values()) * self._price - self._rooms.left[wanted.need.household]
        for kin in self._rooms.lower_kin(wanted.need) if missing > 0 else ():
            rows = [self._allocations[one.id] for one in self._movable[kin.need.id]]
            has = sorted((row for row in rows if row.is_live), key=_is_told)
            spare = sum(row.quantity for row in has) - kin.need.kept
            for row in has:
                if missing > 0 and spare > 0:
                    missing -= row.quantity * kin.price
                    spare -= row.quantity
                    yield row.id

    def take(self, wanted: Wanted, proposed: Parts) -> Iterator["_Proposal"]:
        """Give to a need what is there of it; to one that needs the whole only where all of it is."""
        there: dict[UUID, int] = {}
        for pledge, part in proposed.items():
            if self._is_there(pledge, part) and self._has_room(wanted.need, sum(there.values()) + part):
                there[pledge] = part
        if wanted.need.indivisible and len(there) < len(proposed):
            return
        need, parts = self._needs[wanted.need.id], self._parts[wanted.need.id]
        for pledge, part in there.items():
            parts[pledge] += part
            need.covered += part
            self._pledges[pledge].used += part
            self._rooms.left[need.household_id] -= part * self._price
            yield _Proposal(wanted, need, self._pledges[pledge], self._decided.pledges[pledge], part)

    def changed(self) -> dict[UUID, Parts]:
        """Return what needs have by now that may be given otherwise, of which that is not what they had."""
        has = {need: dict(+parts) for need, parts in self._parts.items()}
        return {need: parts for need, parts in has.items() if parts != self._states[need].parts}

    def _is_there(self, pledge: UUID, part: int) -> bool:
        """Tell whether a pledge is as it was decided on, and has enough free.

        Its version stands for its rule, its cap and its window. What is free of it changes all the time.
        """
        row = self._pledges[pledge]
        return row.version == self._decided.pledges[pledge].version and row.free >= part

    def _has_room(self, need: NeedState, quantity: int) -> bool:
        """Tell whether a household may have so much more; what it was promised it may have however much that is."""
        is_kept = self._parts[need.id].total() + quantity <= need.kept
        return is_kept or quantity * self._price <= self._rooms.left[need.household]


def release_incomplete(session: Session, market: str, needs: Collection[UUID] | None = None) -> None:
    """Cancel what covers a part of an indivisible need and would stay alone; where `needs` names some, of those.

    The match itself gives such a part back; this is for the parts of pledges that are out of play, which it can't
    move. A need of which anything is paid keeps what it has; one whose part a person holds waits for that person.
    """
    incomplete = find_incomplete(session, market, needs)
    parts = find_live(session, incomplete) if incomplete else []
    several: dict[UUID, list[Locked]] = defaultdict(list)
    for one in lock_allocations(session, parts) if parts else ():
        several[one.need.id].append(one)
    cancel(session, [one for parts in several.values() if _is_in_vain(parts) for one in parts], "incomplete")


def _is_in_vain(parts: Collection[Locked]) -> bool:
    """Tell whether the locked parts of one need cover it in part, and nothing speaks for keeping them."""
    need = next(iter(parts)).need
    untouched = all(
        part.allocation.is_live and part.allocation.contributed == 0 and not part.allocation.is_stopped
        for part in parts
    )
    return untouched and need.closed_at is None and 0 < need.covered < need.quantity and not need.delivered


@dataclass(frozen=True, slots=True)
class _Proposal:
    """So much of a pledge for a need, both locked."""

    wanted: Wanted
    need: Need
    pledge: Pledge
    decided: PledgeState
    quantity: int


def _is_told(row: Allocation) -> bool:
    return row.told_at is not None


def _lock_households(session: Session, households: Collection[UUID]) -> None:
    """Keep households from being changed, and from being given anything in another market, until the commit.

    Also where the policy sets no limit: how many people must approve follows from what a household has in all
    markets (`find_given`), and two turns that knew nothing of each other could pass a threshold together.
    """
    ids = select(Household.id).where(Household.id == one_of(households)).order_by(Household.id)
    session.execute(ids.with_for_update(key_share=True))


def _by_reason(changes: Iterable[tuple[Wanted, Difference]]) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = defaultdict(list)
    for wanted, change in changes:
        if change.ended:
            found[wanted.why_less()].extend(change.ended)
    return found


def _propose(session: Session, proposals: Sequence[_Proposal], policy: Policy) -> None:
    """Write allocations and tell donations of them, in the order of their needs."""
    if not proposals:
        return
    given = find_given(session, {proposal.need.household_id for proposal in proposals})
    allocations = [_allocation(proposal, policy, given) for proposal in proposals]
    # As rows: nobody asks for what the database computes of each.
    columns = [column.name for column in Allocation.__table__.columns if column.computed is None]
    session.execute(
        insert(Allocation), [{name: getattr(row, name) for name in columns} for row in allocations]
    )
    session.execute(insert(AllocationEntry), [_entry(row) for row in allocations])
    outbox.record_all(
        session,
        [
            tell(
                AllocationProposed,
                Locked(row, proposal.need, proposal.pledge),
                row.quantity,
                reasons=msgspec.convert(row.reasons, Reasons),
                awaits_approval=row.approvals_needed > 0,
                pledge_version=row.pledge_version,
            )
            for row, proposal in zip(allocations, proposals, strict=True)
        ],
    )


def _entry(row: Allocation) -> dict[str, Any]:
    """Return the line of the log that tells of a proposal."""
    step = {"step": "proposed", "quantity": row.quantity, "by": acting(), "at": row.created_at}
    return {"allocation_id": row.id} | step


def _allocation(proposal: _Proposal, policy: Policy, given: dict[UUID, tuple[int, int]]) -> Allocation:
    """Return the row of a proposal, and add it to what is given to its household."""
    need, now = proposal.need, clock.now()
    value = proposal.quantity * reference_price(need.item)
    unseen, seen_once = given.get(need.household_id, (0, 0))
    approvals = policy.approvals_needed(unseen + value, seen_once)
    given[need.household_id] = (unseen + value * (approvals == 0), seen_once + value * (approvals == 1))
    wanted = proposal.wanted
    return Allocation(
        id=new_id(),
        pledge_id=proposal.pledge.id,
        need_id=need.id,
        household_id=need.household_id,
        desa=need.desa,
        quantity=proposal.quantity,
        value_idr=value,
        contributed=0,
        delivered=0,
        stage="proposed",
        held=False,
        household_held=False,
        approvals=0,
        approvals_needed=approvals,
        reasons=msgspec.to_builtins(wanted.need.reasons(wanted.place, proposal.decided)),
        policy_version=policy.version,
        pledge_version=proposal.decided.version,
        created_at=now,
        changed_at=now,
    )

"""Applying what donations says: pledges as they stand now, and its answers about allocations.

All events of one pledge come in order, so they are applied in order, to rows locked once a batch.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.programs.answers.domain import ToldPledge, columns_of
from services.programs.database import lock_rows
from services.programs.markets.domain import Change
from services.programs.markets.operations import note_changes
from services.programs.matching.domain import LIVE, Claimed
from services.programs.matching.models import Allocation, Pledge
from services.programs.matching.operations import (
    Locked,
    cancel_unadmitted,
    end,
    find_unpaid,
    note,
    shorten,
    tell_end,
)
from services.programs.needs.models import Need
from services.programs.policy.domain import Policy
from services.programs.policy.queries import current_version
from services.programs.registry.models import Household
from shared import clock, outbox
from shared.errors import NotFound
from shared.events.donations import (
    AllocationRefused,
    AllocationReleased,
    AllocationReserved,
    ContributionMade,
    PledgeAmended,
    PledgeExpired,
    PledgeOpened,
    PledgeWithdrawn,
)
from shared.events.envelope import Received
from shared.events.programs import AllocationCancelled

AllocationStep = AllocationReserved | AllocationRefused | AllocationReleased | ContributionMade

# A refusal for one of these reasons speaks of this need only; for any other, of the whole pledge.
_ONLY_THIS_NEED = {"insufficient", "restricted", "over_cap", "wrong_unit", "stale"}


class _Book:
    """The rows that a batch of events speaks of, locked; and how much is proposed and unanswered."""

    def __init__(self, session: Session, events: Sequence[Received]) -> None:
        self.session = session
        # The event that is being applied.
        self.cause = events[0]
        # What is to be matched again, by the day from which on: noted once for the whole batch.
        self._due: dict[date, dict[Change, None]] = defaultdict(dict)
        pledges = {event.data.key for event in events}
        self._claims = _lock_claims(session, events)
        steps = {event.data.allocation for event in events if isinstance(event.data, AllocationStep)}
        steps |= self._claims.keys()
        wanted = select(Allocation.need_id).where(Allocation.id.in_(steps))
        self.needs = lock_rows(session, Need, set(session.scalars(wanted)) if steps else ())
        self.pledges = lock_rows(session, Pledge, pledges)
        self.allocations = lock_rows(session, Allocation, steps)
        proposed = (
            select(Allocation.pledge_id, func.sum(Allocation.quantity))
            .where(Allocation.pledge_id.in_(pledges), Allocation.stage == "proposed")
            .group_by(Allocation.pledge_id)
        )
        self.unanswered = {pledge: int(total) for pledge, total in session.execute(proposed)}

    @cached_property
    def policy(self) -> Policy:
        """Return the policy that holds now."""
        return current_version(self.session).rules()

    def find(self, step: AllocationStep) -> Locked:
        """Return the allocation that a step speaks of; one that we never proposed is a broken rule."""
        allocation = self.allocations.get(step.allocation)
        if allocation is None:
            raise NotFound("allocation")
        return Locked(allocation, self.needs[allocation.need_id], self.pledges[allocation.pledge_id])

    def answered(self, allocation: Allocation) -> None:
        """Note that donations has answered a proposal."""
        if allocation.stage == "proposed":
            self.unanswered[allocation.pledge_id] -= allocation.quantity

    def is_old(self, pledge: Pledge) -> bool:
        """Tell whether the event, handed back, speaks of the pledge before what we heard last of it."""
        return self.cause.offset < pledge.said_in

    def believe(self, pledge: UUID, left: int, *, refused: bool = False) -> None:
        """Propose no more than donations says is left, less what it has not answered yet.

        What we ended meanwhile, donations may not have heard of: so only a refusal makes the pledge
        smaller, and every answer may show that it is not.
        """
        copy = self.pledges[pledge]
        if self.is_old(copy):
            return
        copy.said_in = self.cause.offset
        ours = copy.quantity - copy.used
        gone = max(0, ours - (left - self.unanswered.get(pledge, 0)))
        withheld = gone if refused else min(copy.withheld, gone)
        if withheld != copy.withheld:
            copy.withheld = withheld
            self.match_again(copy)

    def check_again(self, pledge: Pledge) -> None:
        """Cancel what is unpaid of a pledge and not admitted by its rule as it is now."""
        several = [
            Locked(row, self.needs[row.need_id], pledge)
            for allocation in self._claims
            if (row := self.allocations[allocation]).pledge_id == pledge.id
        ]
        cancel_unadmitted(self.session, several, self._claims)

    def end_again(self, locked: Locked, quantity: int) -> None:
        """Tell once more that an allocation is over: donations goes on with it as if it had not heard.

        Where it has, or hears of it before this, nothing is left to be released.
        """
        if locked.allocation.stage != "delivered" and locked.allocation.delivered == 0:
            reason = locked.allocation.ended_reason or locked.allocation.stage
            told = tell_end(AllocationCancelled, locked, quantity, reason=reason)
            outbox.record(self.session, told, cause=self.cause)

    def match_again(self, pledge: Pledge, need: Need | None = None, *, due_on: date | None = None) -> None:
        """Have a pledge, and a need that has something of it, matched again, from `due_on` on or at once."""
        today = clock.today()
        change = Change(pledge.market, need.id if need else None, pledge.id)
        self._due[max(due_on or today, today)][change] = None

    def note_changes(self) -> None:
        """Ask for what the batch changed to be matched again."""
        for due_on, changes in self._due.items():
            note_changes(self.session, changes, due_on=due_on)


def _lock_claims(session: Session, events: Sequence[Received]) -> dict[UUID, Claimed]:
    """Lock the households that pledges with a changed rule give to; return what the rule looks at.

    It is by the unpaid allocations of those pledges. What is proposed by the old rule while this waits
    for a lock names the old version, and is refused by donations, which knows of the new one already.
    """
    amended = [event.data for event in events if isinstance(event.data, PledgeAmended)]
    if not amended:
        return {}
    known = session.scalars(select(Pledge).where(Pledge.id.in_({told.pledge for told in amended})))
    rules = {pledge.id: pledge.rule() for pledge in known}
    changed = {
        told.pledge
        for told in amended
        if rules.get(told.pledge) not in {None, Pledge(**columns_of(told)).rule()}
    }
    if not changed:
        return {}
    given_to = select(Allocation.household_id).where(
        Allocation.pledge_id.in_(changed), Allocation.stage.in_(LIVE)
    )
    lock_rows(session, Household, set(session.scalars(given_to)))
    found = find_unpaid(session, Allocation.pledge_id.in_(changed))
    return {allocation: claim for allocation, (_, claim) in found.items()}


def apply_answers(session: Session, events: Sequence[Received]) -> None:
    """Apply what donations told of pledges and allocations, in order. Does not commit."""
    book = _Book(session, events)
    for event in events:
        book.cause = event
        _APPLY[type(event.data)](book, event.data)
    book.note_changes()
    session.flush()


def _describe(book: _Book, told: ToldPledge) -> None:
    copy = book.pledges.get(told.pledge)
    if copy is None:
        copy = book.pledges[told.pledge] = Pledge(id=told.pledge, version=0, used=0, said_in=-1)
        book.session.add(copy)
    if copy.version >= told.version:
        return
    for name, value in columns_of(told).items():
        setattr(copy, name, value)
    copy.said_in = max(copy.said_in, book.cause.offset)
    book.check_again(copy)
    book.match_again(copy)
    if copy.status == "open" and copy.opens_on > clock.today():
        book.match_again(copy, due_on=copy.opens_on)


def _reserve(book: _Book, told: AllocationReserved) -> None:
    locked = book.find(told)
    allocation = locked.allocation
    book.answered(allocation)
    if not allocation.is_live:
        book.end_again(locked, told.quantity)
    elif allocation.stage == "proposed":
        allocation.stage, allocation.changed_at = "reserved", clock.now()
        # It is worth what the pledge was valued at, so that what is delivered is told as what was pledged.
        allocation.value_idr = told.value_idr
        note(book.session, allocation, "reserved", told.quantity)
        if book.policy.binds_reserved:
            book.match_again(locked.pledge, locked.need)
    book.believe(told.pledge, told.left)


def _refuse(book: _Book, told: AllocationRefused) -> None:
    locked = book.find(told)
    book.answered(locked.allocation)
    if locked.allocation.is_live:
        end(locked, "refused", told.why)
        note(book.session, locked.allocation, "refused", told.quantity, reason=told.why)
    if told.why not in _ONLY_THIS_NEED:
        _block(book, locked.pledge, told.why)
    book.believe(told.pledge, told.left, refused=True)
    book.match_again(locked.pledge, locked.need)


def _block(book: _Book, pledge: Pledge, why: str) -> None:
    """Propose nothing from it until it changes; where only its day is in doubt, until the next day."""
    if book.is_old(pledge):
        return
    pledge.blocked_by, pledge.blocked_until = why, None
    if why == "not_open":
        pledge.blocked_until = clock.today() + timedelta(days=1)
        book.match_again(pledge, due_on=pledge.blocked_until)


def _release(book: _Book, told: AllocationReleased) -> None:
    locked = book.find(told)
    allocation = locked.allocation
    book.answered(allocation)
    if allocation.is_live:
        if told.quantity >= allocation.quantity - allocation.delivered:
            end(locked, "released", told.why)
        else:
            # The unpaid part goes, the paid part stays on its way.
            shorten(locked, told.quantity)
        note(book.session, allocation, "released", told.quantity, reason=told.why)
    if told.contributed:
        note(book.session, allocation, "returned", told.contributed)
    # What had been paid of it is with the pledge again, whoever ended it.
    paid = max(allocation.delivered, allocation.contributed - told.contributed)
    allocation.contributed = min(paid, allocation.quantity)
    book.believe(told.pledge, told.left)
    book.match_again(locked.pledge, locked.need)


def _contribute(book: _Book, told: ContributionMade) -> None:
    locked = book.find(told)
    allocation = locked.allocation
    if not allocation.is_live:
        # Paid while it was being stopped: donations returns it with the release that the end leads to.
        book.end_again(locked, told.quantity)
        return
    book.answered(allocation)
    allocation.contributed = min(allocation.quantity, allocation.contributed + told.quantity)
    allocation.stage, allocation.changed_at = "reserved", clock.now()
    note(book.session, allocation, "paid", told.quantity, paid_on=told.paid_on)
    book.match_again(locked.pledge, locked.need)


_APPLY: dict[type, Callable[[_Book, Any], None]] = {
    PledgeOpened: _describe,
    PledgeAmended: _describe,
    PledgeWithdrawn: _describe,
    PledgeExpired: _describe,
    AllocationReserved: _reserve,
    AllocationRefused: _refuse,
    AllocationReleased: _release,
    ContributionMade: _contribute,
}

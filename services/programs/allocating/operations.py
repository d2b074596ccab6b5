"""The allocator: it brings each market in which something changed to its best, and keeps it in mind."""

import logging
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.programs.allocating.domain import Mind
from services.programs.allocating.models import MarketKeeper
from services.programs.allocating.queries import is_noted_for_later, next_market
from services.programs.in_play.domain import NeedState, Parts, PledgeState, Terms
from services.programs.in_play.queries import AS_IT_IS, find_need_states, find_pledge_states
from services.programs.markets.domain import Change
from services.programs.markets.models import MarketChange
from services.programs.markets.operations import CHANGED, note_changes
from services.programs.policy.queries import current_version
from services.programs.proposing.domain import Wanted
from services.programs.proposing.operations import Decided, release_incomplete, write
from services.programs.proposing.queries import find_concerned, find_incomplete, find_kin
from services.programs.standing.operations import keep_shares
from shared import clock
from shared.ids import new_id
from shared.silence import SILENCE_SECONDS
from shared.worker import Task, metrics

_log = logging.getLogger(__name__)

# A transaction that writes for more needs would keep others waiting for their rows too long.
AT_MOST = 1000

# So many needs of a market that is read anew are matched in a second, on the slowest of machines.
NEEDS_A_SECOND = 1000

# A market whose turn failed waits so long, while others have theirs.
AGAIN_AFTER_SECONDS = 5.0

_MAY_BE_SILENT = text("SELECT set_config('idle_in_transaction_session_timeout', :seconds, true)")
# What somebody else looks at just now is left to that one.
_LOOK_AT_THE_TABLE = text("ANALYZE (SKIP_LOCKED) allocation")
_LOOK_AT_WHAT_IS_READ = text("ANALYZE (SKIP_LOCKED) need, household, pledge, allocation")


class Allocator:
    """What one worker has in mind of the markets that it settles.

    What it has in mind is worth something only as long as the row of the market's keeper names the same turn: where
    a turn was rolled back, or another worker had one since, the market is read anew.
    """

    def __init__(self) -> None:
        self._worker: UUID | None = None
        self._minds: dict[str, tuple[UUID, Mind]] = {}
        # When the turn of a market failed, and which markets had one in which nothing could be written.
        self._failed: dict[str, float] = {}
        self._in_vain: set[str] = set()

    @property
    def waiting(self) -> set[str]:
        """The markets of which twice nothing could be written: they wait before they are tried again."""
        return self._in_vain & self._failed.keys()

    def settle_next(self, session: Session) -> bool:
        """Settle the market that has waited longest, as far as one transaction goes; return False where none waits.

        Other workers settle other markets meanwhile.

        Where that fails, the others have their turns before it is tried again.
        """
        self._worker = self._worker or new_id()
        today, now = clock.today(), time.monotonic()
        failed = [market for market, at in self._failed.items() if now - at < AGAIN_AFTER_SECONDS]
        metrics.PUT_OFF.labels("programs").set(len(failed))
        market = next_market(session, self._worker, today, failed)
        if market is None:
            return False
        self._failed[market] = now
        if self._settle(session, market, today):
            self._in_vain.discard(market)
            del self._failed[market]
        elif market in self._in_vain:
            _log.warning("twice nothing could be written of what %s should be: it waits", market)
        else:
            # It was a race, and whoever won it left a note.
            self._in_vain.add(market)
            del self._failed[market]
        return True

    def _settle(self, session: Session, market: str, today: date) -> bool:
        """Return False where nothing could be written of what was wanted."""
        changes = _take_changes(session, market, today)
        keeper = session.get(MarketKeeper, market, populate_existing=True)
        if not changes and keeper is not None and not keeper.unfinished:
            # Another worker had its turn between the question which market waits and the answer.
            return True
        mind = self._recall(market, keeper)
        terms = Terms(current_version(session).rules(), today)
        looked_at: Collection[UUID] | None = None
        if mind is not None and _still_holds(mind, terms, changes):
            looked_at = _hear(session, market, mind, changes)
        else:
            if terms.policy.household_cap_idr is not None:
                # Whatever they are here, in other markets they may have more or less now.
                of_pledges = find_concerned(session, _pledges_of(changes))
                _find_kin_here(session, market, _needs_of(changes) | of_pledges)
            mind = _read_anew(session, market, terms)
        wanted, written = _write_some(session, market, mind)
        _release_parts(session, market, looked_at, wanted)
        turn = self._note_turn(session, market, unfinished=not mind.is_written)
        # Where nothing could be written of what was wanted, it is not as it was thought to be.
        came_further = bool(written) or not wanted
        if came_further:
            self._minds[market] = turn, mind
        return came_further

    def _recall(self, market: str, keeper: MarketKeeper | None) -> Mind | None:
        turn, mind = self._minds.pop(market, (None, None))
        return mind if keeper is not None and keeper.turn == turn else None

    def _note_turn(self, session: Session, market: str, *, unfinished: bool) -> UUID:
        # By the database's clock, by which others look at it.
        turn, now = new_id(), func.clock_timestamp()
        said: dict[str, Any] = {
            "worker": self._worker,
            "turn": turn,
            "settled_at": now,
            "unfinished": unfinished,
            "unfinished_since": now if unfinished else None,
        }
        row = insert(MarketKeeper).values(market=market, **said)
        if unfinished:
            # Turns that do not come to an end would never be late, were it told by the last of them.
            said["unfinished_since"] = func.coalesce(MarketKeeper.unfinished_since, now)
        session.execute(row.on_conflict_do_update(index_elements=[MarketKeeper.market], set_=said))
        return turn


def _read_anew(session: Session, market: str, terms: Terms) -> Mind:
    keep_shares(session, terms.policy, terms.today)
    needs, pledges = read_market(session, market, terms)
    if len(needs) >= AT_MOST:
        # Where they came all at once PostgreSQL goes through all of them for each, until it has looked at them.
        session.execute(_LOOK_AT_WHAT_IS_READ)
    _look_again_tomorrow(session, market, terms.today)
    return Mind(terms, needs, pledges)


def _write_some(session: Session, market: str, mind: Mind) -> tuple[list[Wanted], dict[UUID, Parts]]:
    """Write what one transaction may; return what was wanted, and what the needs that were changed have now."""
    wanted = mind.following(AT_MOST)
    written: dict[UUID, Parts] = {}
    if wanted:
        written = write(session, Decided(market, wanted, mind.offers(wanted), mind.terms))
        mind.note_written(wanted, written)
    if len(wanted) == AT_MOST:
        # So much at once, and PostgreSQL would go on to plan for the few rows that there were.
        session.execute(_LOOK_AT_THE_TABLE)
    return wanted, written


def _release_parts(
    session: Session, market: str, looked_at: Collection[UUID] | None, wanted: Sequence[Wanted]
) -> None:
    """Give back parts of what only a whole covers, of the needs that were looked at; None where all were."""
    if looked_at is not None:
        looked_at = {*looked_at, *(each.need.id for each in wanted)}
    if wanted:
        # Their needs are locked first, so they have a turn of their own.
        incomplete = find_incomplete(session, market, looked_at)
        note_changes(session, [Change(market, need) for need in incomplete])
    else:
        release_incomplete(session, market, looked_at)


def read_market(
    session: Session, market: str, terms: Terms, *, elsewhere: Mapping[UUID, Parts] = AS_IT_IS
) -> tuple[dict[UUID, NeedState], dict[UUID, PledgeState]]:
    """Read the needs and pledges of a whole market, to be matched in the same transaction.

    `elsewhere` says what needs of other markets would have, where that is not what they have.
    """
    needs = find_need_states(session, market, terms, elsewhere=elsewhere)
    pledges = find_pledge_states(session, market, terms)
    # While it is worked out PostgreSQL hears nothing, and would end the transaction.
    seconds = SILENCE_SECONDS + len(needs) // NEEDS_A_SECOND
    session.execute(_MAY_BE_SILENT, {"seconds": f"{seconds}s"})
    return needs, pledges


def _still_holds(mind: Mind, terms: Terms, changes: Iterable[Change]) -> bool:
    named = all(change.need or change.pledge for change in changes)
    return named and mind.terms == terms


def _take_changes(session: Session, market: str, today: date) -> list[Change]:
    taken = (
        delete(MarketChange)
        .where(MarketChange.market == market, MarketChange.due_on <= today)
        .returning(MarketChange.market, MarketChange.need, MarketChange.pledge, MarketChange.of_kin)
    )
    return [Change(*row) for row in session.execute(taken)]


def _needs_of(changes: Iterable[Change]) -> set[UUID]:
    """Return the needs that changed themselves, not only for what others of their household have."""
    return {change.need for change in changes if change.need and not change.of_kin}


def _pledges_of(changes: Iterable[Change]) -> set[UUID]:
    return {change.pledge for change in changes if change.pledge}


def _find_kin_here(session: Session, market: str, needs: Collection[UUID]) -> set[UUID]:
    """Return the other needs of the households in a market, and ask for those in other markets to be looked at.

    What a household has of one need it may not have of another.
    """
    kin = find_kin(session, needs) if needs else []
    note_changes(session, [change for change in kin if change.market != market])
    return {change.need for change in kin if change.market == market and change.need}


def _hear(session: Session, market: str, mind: Mind, changes: Collection[Change]) -> set[UUID]:
    """Take in what changed of a market; return the needs that were looked at."""
    if not changes:
        return set()
    pledges = _pledges_of(changes)
    offers = find_pledge_states(session, market, mind.terms, pledges) if pledges else {}
    # Of what comes into play, or leaves it, needs have what may be moved now, or no longer; and what is in another
    # version refuses others.
    known = {pledge: offer.version for pledge, offer in offers.items()}
    turned = [pledge for pledge in pledges if mind.version_of(pledge) != known.get(pledge)]
    changed = _needs_of(changes) | find_concerned(session, turned)
    needs = changed | {change.need for change in changes if change.need}
    if mind.terms.policy.household_cap_idr is not None:
        needs |= _find_kin_here(session, market, changed)
    states = find_need_states(session, market, mind.terms, needs) if needs else {}
    mind.take_in(
        {need: states.get(need) for need in needs}, {pledge: offers.get(pledge) for pledge in pledges}
    )
    return needs


def _look_again_tomorrow(session: Session, market: str, today: date) -> None:
    """Have the market read anew on the next day: windows open by themselves, households get older."""
    if not is_noted_for_later(session, market, today):
        note_changes(session, [Change(market)], due_on=today + timedelta(days=1))


# It looks every second, so that it takes over soon where another worker is gone.
ALLOCATOR = Task(
    "allocator", Allocator().settle_next, every=timedelta(seconds=1), woken_by=CHANGED, alone=False
)

"""Asking for markets to be settled again. Nothing here commits."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import insert

from services.programs.markets.models import MarketChange
from shared import bell, clock
from shared.database import AnySession

# What the allocator is rung for.
CHANGED = "markets"


def note_changes(session: AnySession, markets: Iterable[str], *, due_on: date | None = None) -> None:
    """Ask the allocator to settle the markets again, from `due_on` on or at once."""
    today = clock.today()
    rows = [{"market": market, "due_on": due_on or today} for market in sorted(set(markets))]
    if rows:
        session.execute(insert(MarketChange), rows)
        # What is only due later must not wake the allocator that wrote it.
        if due_on is None or due_on <= today:
            bell.ring_after_commit(session, CHANGED)

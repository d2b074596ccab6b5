"""Asking for markets to be settled again. Nothing here commits."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import insert

from services.programs.markets.domain import Change
from services.programs.markets.models import MarketChange
from shared import bell, clock
from shared.database import AnySession

# What the allocator is rung for.
CHANGED = "markets"


def note_changes(session: AnySession, changes: Iterable[Change], *, due_on: date | None = None) -> None:
    """Ask the allocator to look at what changed, from `due_on` on or at once.

    Whatever changes what a need asks for, what a pledge offers, or an allocation of them names both.
    """
    today = clock.today()
    rows = [change._asdict() | {"due_on": due_on or today} for change in dict.fromkeys(changes)]
    if rows:
        session.execute(insert(MarketChange), rows)
        # What is only due later must not wake the allocator that wrote it.
        if due_on is None or due_on <= today:
            bell.ring_after_commit(session, CHANGED)

"""Needs that only a whole covers, such as a roof: what covers a part of one is free for others.

The engine proposes all of such a need or nothing. A part alone is left where one of several pledges
refuses, expires or is vetoed, and nothing takes its place.
"""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.programs.matching.domain import LIVE
from services.programs.matching.models import Allocation
from services.programs.matching.operations import Locked, cancel, lock_allocations
from services.programs.needs.models import Need

REASON = "incomplete"


def release_incomplete(session: Session, markets: Collection[str]) -> bool:
    """Cancel what covers a part of an indivisible need in settled markets; return whether anything was.

    A need of which anything is paid keeps what it has, and one whose part a person holds waits for
    that person. Does not commit.
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
    several: dict[UUID, list[Locked]] = defaultdict(list)
    for one in lock_allocations(session, parts):
        several[one.need.id].append(one)
    ended = [one for parts in several.values() if _is_in_vain(parts) for one in parts]
    cancel(session, ended, REASON)
    return bool(ended)


def _is_in_vain(parts: Collection[Locked]) -> bool:
    """Tell whether the locked parts of one need cover it in part, and nothing speaks for keeping them."""
    need = next(iter(parts)).need
    untouched = all(
        part.allocation.is_live and part.allocation.contributed == 0 and not part.allocation.is_stopped
        for part in parts
    )
    return untouched and need.closed_at is None and 0 < need.covered < need.quantity and not need.delivered

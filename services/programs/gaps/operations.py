"""Telling the other services what is short, whenever it is otherwise."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import cast

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.programs.gaps.models import GapTold
from services.programs.gaps.queries import find_gaps
from shared import clock, outbox
from shared.catalogue import reference_price
from shared.events.programs import GapCounted, GapPart
from shared.gaps import Gap, Kind, part_of
from shared.settings import Settings
from shared.vocabulary import NeedCategory
from shared.worker import Task

# What has not changed is told again after so long: whoever began to listen since then, or could not take it, hears it.
AGAIN_AFTER = timedelta(hours=1)


def tell_gaps(session: Session) -> bool:
    """Tell of each kind of need of which something else is open than was told; return False: that is all there is."""
    settings: Settings = session.info["settings"]
    gaps: dict[Kind, list[Gap]] = defaultdict(list)
    for gap in find_gaps(session, settings.regency):
        gaps[gap.kind].append(gap)
    told = {Kind(row.category, row.item, row.unit): row for row in session.scalars(select(GapTold))}
    for kind in gaps.keys() - told.keys():
        told[kind] = GapTold(**kind._asdict(), market=kind.market, price_idr=0, parts=[], told_at=clock.now())
        session.add(told[kind])
    changed = [row for kind, row in sorted(told.items(), key=_name) if _take(row, gaps.get(kind, []))]
    session.flush()
    outbox.record_all(session, [_tell(row) for row in changed])
    return False


def _name(known: tuple[Kind, GapTold]) -> tuple[str, str]:
    kind, _ = known
    return kind.category, kind.market


def _take(row: GapTold, gaps: Sequence[Gap]) -> bool:
    """Take over what is open now; return whether the others are to be told."""
    parts = [msgspec.to_builtins(part_of(gap)) for gap in sorted(gaps, key=lambda gap: gap.area)]
    price, now = reference_price(row.item), clock.now()
    if (row.parts, row.price_idr) != (parts, price) or row.told_at <= now - AGAIN_AFTER:
        row.parts, row.price_idr, row.told_at = parts, price, now
        return True
    return False


def _tell(row: GapTold) -> GapCounted:
    return GapCounted(
        gap=row.id,
        category=cast(NeedCategory, row.category),
        unit=row.unit,
        item=row.item,
        price_idr=row.price_idr,
        parts=msgspec.convert(row.parts, list[GapPart]),
    )


TELL_GAPS = Task("tell-gaps", tell_gaps, every=timedelta(seconds=5))

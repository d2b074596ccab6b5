"""What the next rupiah, kilogram or seat would cover, as programs counts it and all three services show it.

Programs alone knows what pledges reach and who stands first. It tells what it counted, with small numbers hidden
already, and the others keep a copy: so one table says the same everywhere, and hides the same.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, String, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from shared.catalogue import market
from shared.database import AnySession
from shared.events.envelope import Received
from shared.events.programs import GapPart, NextNeed


class Kind(NamedTuple):
    """What is short: a category, in rupiah or in an item."""

    category: str
    item: str | None
    unit: str

    @property
    def market(self) -> str:
        """Return the market that it is settled in."""
        return market(self.item, self.unit)


@dataclass(frozen=True, slots=True)
class Gap:
    """What is open of one kind in the regency or in one sub-district; None where it would tell of few.

    `unreached`: nothing that is pledged could reach it. `next_need` stands highest among the unreached, or among all
    where none is known to be unreached. `price_idr` is what a unit is worth.
    """

    area: str
    kind: Kind
    price_idr: int
    needs: int | None
    open: int | None
    unreached: int | None
    next_need: NextNeed | None

    @property
    def value_idr(self) -> int | None:
        """Return what is open, in whole rupiah."""
        return None if self.open is None else self.open * self.price_idr

    @property
    def order(self) -> tuple[Any, ...]:
        """Return its place by nothing that it hides: what no pledge reaches first, then what is worth most."""
        unreached_idr = (self.unreached or 0) * self.price_idr
        kind = self.kind
        return -unreached_idr, -(self.value_idr or 0), self.area, kind.category, kind.item or ""


class GapRow:
    """The columns of what was told: a row for each kind of which anything was ever open."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(String(20))
    item: Mapped[str | None] = mapped_column(String(64))
    unit: Mapped[str] = mapped_column(String(32))
    price_idr: Mapped[int] = mapped_column(BigInteger)
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    told_at: Mapped[datetime]


class GapCopy(GapRow):
    """The columns of a service's copy of what programs told."""

    # The offset of the event that said so: one that was told before it changes nothing any more.
    told_in: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Board:
    """All gaps in their order, and when any of them was told last; None where none ever was."""

    gaps: Sequence[Gap]
    as_of: datetime | None

    def narrow(self, *, area: str | None = None, category: str | None = None) -> list[Gap]:
        """Return those of an area and of a category, where one is named: a filter never changes what a row says."""
        return [
            gap for gap in self.gaps if area in {None, gap.area} and category in {None, gap.kind.category}
        ]

    def is_short(self, item: str | None, categories: Collection[str] = ()) -> bool:
        """Tell whether an item, or cash where none is named, is short in one of these categories or in any.

        What is hidden of a gap are its numbers: that something is short is told of the least one too.
        """
        return any(
            gap.kind.item == item and (not categories or gap.kind.category in categories) for gap in self.gaps
        )


def keep_gaps(session: AnySession, copy: type[GapCopy], events: Iterable[Received]) -> None:
    """Keep what was told last of each kind. Does not commit."""
    last: dict[UUID, Received] = {}
    for received in events:
        known = last.get(received.data.key)
        if known is None or received.offset >= known.offset:
            last[received.data.key] = received
    rows = [_row(last[gap]) for gap in sorted(last)]
    if rows:
        said = insert(copy).values(rows)
        changes = {name: said.excluded[name] for name in rows[0] if name != "id"}
        newer = said.excluded.told_in >= copy.told_in
        session.execute(said.on_conflict_do_update(index_elements=["id"], set_=changes, where=newer))


def read_board(session: AnySession, table: type[GapRow]) -> Board:
    """Return what was told, of the table of programs itself or of a copy."""
    rows = session.scalars(select(table)).all()
    gaps = [gap for row in rows for gap in _gaps_of(row)]
    return Board(sorted(gaps, key=lambda gap: gap.order), max((row.told_at for row in rows), default=None))


def part_of(gap: Gap) -> GapPart:
    """Return what is told of a gap beside its kind."""
    return GapPart(area=gap.area, needs=gap.needs, open=gap.open, unreached=gap.unreached, next=gap.next_need)


def _row(received: Received) -> dict[str, Any]:
    told: Any = received.data
    return {
        "id": told.gap,
        "category": told.category,
        "item": told.item,
        "unit": told.unit,
        "price_idr": told.price_idr,
        "parts": msgspec.to_builtins(told.parts),
        "told_at": received.time,
        "told_in": received.offset,
    }


def _gaps_of(row: GapRow) -> Iterator[Gap]:
    kind = Kind(row.category, row.item, row.unit)
    for part in msgspec.convert(row.parts, list[GapPart]):
        yield Gap(part.area, kind, row.price_idr, part.needs, part.open, part.unreached, part.next)

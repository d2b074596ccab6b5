"""What programs tells of what is short, for tests to change."""

from typing import Any

from shared.events.programs import GapCounted, GapPart, NextNeed
from shared.ids import new_id

REGENCY = "35.17"


def lacking(area: str = REGENCY, needs: int | None = 12, **changes: Any) -> GapPart:
    """Return what is told of an area: 12 needs of Rp500,000 each that nothing reaches, or what is said otherwise."""
    facts: dict[str, Any] = {"open": 6_000_000, "unreached": 6_000_000, "next": NextNeed(decile=1, urgency=5)}
    if needs is None:
        facts = dict.fromkeys(facts)
    return GapPart(area=area, needs=needs, **facts | changes)


def counted(*parts: GapPart, **changes: Any) -> GapCounted:
    """Return what is told of a kind of need; of food in rupiah, short in Perak alone, unless said otherwise."""
    facts: dict[str, Any] = {"gap": new_id(), "category": "food", "unit": "IDR", "price_idr": 1}
    told = [lacking(), lacking("35.17.01")] if not parts else list(parts)
    return GapCounted(**{"parts": told} | facts | changes)

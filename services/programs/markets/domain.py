"""What a change of a market is about."""

from typing import NamedTuple
from uuid import UUID


class Change(NamedTuple):
    """What may be matched otherwise now: a need, a pledge, or both; the whole market where neither is named."""

    market: str
    need: UUID | None = None
    pledge: UUID | None = None

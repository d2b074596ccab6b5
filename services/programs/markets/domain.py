"""What a change of a market is about."""

from typing import NamedTuple
from uuid import UUID


class Change(NamedTuple):
    """What may be matched otherwise now: a need, a pledge, or both; the whole market where neither is named.

    `of_kin` where nothing of the need itself changed, but what its household has for another need.
    """

    market: str
    need: UUID | None = None
    pledge: UUID | None = None
    of_kin: bool = False

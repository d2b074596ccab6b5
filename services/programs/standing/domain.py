"""The place of a need in the policy's order."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from services.programs.policy.domain import Rules

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Standing(Protocol):
    """What the order looks at. `village_share` is in thousandths, and 0 where the policy does not ask for it."""

    @property
    def id(self) -> UUID: ...
    @property
    def decile(self) -> int: ...
    @property
    def score(self) -> int: ...
    @property
    def urgency(self) -> int: ...
    @property
    def recorded_on(self) -> date: ...
    @property
    def verified_at(self) -> datetime: ...
    @property
    def village_share(self) -> int: ...


_SORT_VALUE: dict[str, Callable[[Standing, Rules], int]] = {
    "tier": lambda need, rules: rules.tier_of(need.decile),
    "village_share": lambda need, _: need.village_share,
    "decile": lambda need, _: need.decile,
    "score": lambda need, _: -need.score,
    "urgency": lambda need, _: -need.urgency,
    "waiting": lambda need, _: need.recorded_on.toordinal(),
    "verified_at": lambda need, _: (need.verified_at - _EPOCH) // _MICROSECOND,
}


def standing(need: Standing, rules: Rules) -> tuple[int, ...]:
    """Return the place of a need in the policy's order: the smaller stands higher. The id breaks ties."""
    return (*(_SORT_VALUE[key](need, rules) for key in rules.keys), need.id.int)

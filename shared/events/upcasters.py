"""How data of an old version of an event becomes that of the next one, on reading."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Upcaster:
    """One step: the type that the old data becomes, and how."""

    becomes: str
    lift: Callable[[dict[str, Any]], dict[str, Any]]


# By the old type's name, e.g. `id.helix.donations.pledge-opened.v1`. Every event is in its first version so far.
UPCASTERS: dict[str, Upcaster] = {}

"""A bus that does not say how much waits has failed no batch, and says nothing of whether a worker gets on."""

from typing import Any

import pytest

from shared.bus import BusUnavailable, Part
from shared.worker import consuming
from shared.worker.consuming import Consuming
from shared.worker.watchdog import Watchdog

PART = Part("topic", 0)


class Silent:
    """A reader to which the bus tells neither records nor, at first, how many wait."""

    def __init__(self) -> None:
        self.lags: list[dict[Part, int] | None] = [{PART: 3}, None, {PART: 0}]
        self.rested = False

    def poll(self, *_options: Any) -> list[Any]:
        return []

    def lag(self) -> dict[Part, int]:
        found = self.lags.pop(0)
        if found is None:
            raise BusUnavailable("away")
        return found

    def rest(self, _seconds: float) -> None:
        self.rested = True


def test_what_is_not_known_is_neither_a_failure_nor_an_all_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consuming, "LAG_SECONDS", 0.0)
    reader: Any = Silent()
    watchdog = Watchdog(60)
    nothing: Any = None
    loop = Consuming("reporting", nothing, nothing, watchdog, lambda _locate: reader)
    loop.step()
    since = watchdog._waiting_since
    assert since is not None, "three records wait"
    loop.step()
    assert watchdog._waiting_since == since
    assert not reader.rested
    loop.step()
    assert watchdog._waiting_since is None

"""A thread that does one thing again and again: when it is woken, and every so often."""

import logging
import random
import threading
from collections.abc import Callable

from shared.worker.faults import describe

LONGEST_PAUSE_SECONDS = 5.0

_log = logging.getLogger(__name__)


def pause_after(failures: int) -> float:
    """Return how long to wait after so many failures in a row: doubling, bounded, with jitter."""
    return float(min(LONGEST_PAUSE_SECONDS, 0.1 * 2 ** min(failures, 10)) * random.uniform(0.5, 1.0))


class Repeating(threading.Thread):
    """Calls `step` while it returns True, then waits to be woken. A step that fails is tried again, for ever."""

    def __init__(self, name: str, step: Callable[[], bool], *, every_seconds: float) -> None:
        super().__init__(name=name, daemon=True)
        self.wake = threading.Event()
        self._step = step
        self._every = every_seconds
        self._stopping = threading.Event()
        self._failures = 0

    def run(self) -> None:
        """Repeat until told to stop."""
        while not self._stopping.is_set():
            # Cleared before the step looks: a ring from then on is not lost.
            self.wake.clear()
            if not self._succeeds():
                self._stopping.wait(pause_after(self._failures))

    def stop(self) -> None:
        """End after the step in hand."""
        self._stopping.set()
        self.wake.set()

    def _succeeds(self) -> bool:
        try:
            more = self._step()
        except Exception as error:  # noqa: BLE001 - whatever it was, the next try may succeed, and nobody else tries
            self._failures += 1
            _log.warning("%s failed and will try again", self.name, extra={"error": describe(error)[1]})
            return False
        if self._failures:
            _log.info("%s works again", self.name)
            self._failures = 0
        if not more:
            self.wake.wait(self._every)
        return True

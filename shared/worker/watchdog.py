"""Ends a process that has work and does not get on with it, or does not stop when it is told to."""

import faulthandler
import logging
import os
import sys
import threading
import time
from collections.abc import Callable

# How long a stop may take: the batch in hand, the group, the connections.
STOP_SECONDS = 15.0

EXIT_STALLED = 70

_log = logging.getLogger(__name__)


def end_process(why: str) -> None:
    """Say why, show what every thread is doing, and end at once: nothing that waits can be trusted."""
    _log.critical("%s; the process ends itself", why)
    faulthandler.dump_traceback(file=sys.stderr, all_threads=True)
    sys.stderr.flush()
    os._exit(EXIT_STALLED)


class Watchdog:
    """Watches from a thread of its own. `behind` and `moved` are told by who does the work."""

    def __init__(
        self,
        stall_seconds: float,
        give_up: Callable[[str], None] = end_process,
        *,
        is_excused: Callable[[], bool] = lambda: False,
    ) -> None:
        """`is_excused` says whether there is a reason to wait that no restart would mend: the bus is away."""
        self._stall_seconds = stall_seconds
        self._is_excused = is_excused
        self._give_up = give_up
        self._waiting_since: float | None = None
        self._stopping_since: float | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def behind(self) -> None:
        """Note that there is work; the clock runs from the first time."""
        if self._waiting_since is None:
            self._waiting_since = time.monotonic()

    def moved(self) -> None:
        """Note that the place has moved, or that there is nothing to do."""
        self._waiting_since = None

    def stopping(self) -> None:
        """Note that the process was told to stop."""
        self._stopping_since = time.monotonic()

    def close(self) -> None:
        """Stop watching: everything has ended well."""
        self._ended.set()
        self._thread.join()

    def _excuse(self) -> bool:
        excused = self._is_excused()
        if excused:
            self._waiting_since = None
        return excused

    def _watch(self) -> None:
        while not self._ended.wait(min(1.0, self._stall_seconds / 4)):
            now = time.monotonic()
            waiting, stopping = self._waiting_since, self._stopping_since
            if waiting is not None and now - waiting > self._stall_seconds and not self._excuse():
                return self._give_up(
                    f"there is work, and the place has not moved for {self._stall_seconds:.0f} s"
                )
            if stopping is not None and now - stopping > STOP_SECONDS:
                return self._give_up(f"the stop took longer than {STOP_SECONDS:.0f} s")
        return None

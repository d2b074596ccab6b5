"""The loop of a consumer: the next batch is read while the one before is in its transaction."""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress

from sqlalchemy.exc import DBAPIError

from shared.bus.interface import BusUnavailable, Consumer, Locate, Part
from shared.inbox import FenceLost
from shared.worker import metrics
from shared.worker.applier import Applier, Outcome
from shared.worker.faults import Fault, Transient, classify, describe, is_down
from shared.worker.intake import Batch, Intake
from shared.worker.repeating import pause_after
from shared.worker.watchdog import Watchdog

BATCH = 2_000
POLL_SECONDS = 0.5
LAG_SECONDS = 1.0

_log = logging.getLogger(__name__)


class Consuming:
    """Reads, applies, and recovers. `step` is called again and again by one thread."""

    def __init__(
        self,
        service: str,
        intake: Intake,
        applier: Applier,
        watchdog: Watchdog,
        open_consumer: Callable[[Locate], Consumer],
    ) -> None:
        self._service = service
        self._intake = intake
        self._applier = applier
        self._watchdog = watchdog
        self._consumer = open_consumer(self._locate)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="apply")
        self._in_hand: tuple[Batch, Future[Outcome]] | None = None
        self._failures = 0
        # Places that were moved, and that the bus was not told of yet.
        self._moved: dict[Part, int] = {}
        self._lag_seen = 0.0

    def step(self) -> None:
        """Read one batch and hand it to the transaction; raises what a person must look at."""
        try:
            records = self._consumer.poll(POLL_SECONDS, BATCH)
            if records:
                self._watchdog.behind()
                batch = self._intake.batch(records)
                self._settle()
                self._in_hand = (batch, self._thread.submit(self._applier.apply, batch))
            elif self._in_hand is not None and self._in_hand[1].done():
                self._settle()
            self._look_at_lag()
        except Exception as error:
            if not _passes(error):
                raise
            self._recover(error)

    def close(self) -> None:
        """Finish the batch in hand, and leave the group."""
        try:
            self._settle()
            with suppress(BusUnavailable):
                self._tell_places()
        except Exception as error:
            if not _passes(error):
                raise
            # It is not lost: whoever reads on begins with it.
            _log.info("the last batch was left to the next worker", extra={"error": describe(error)[1]})
        finally:
            self._thread.shutdown(wait=True)
            self._applier.close()
            self._consumer.close()

    def _locate(self, parts: Sequence[Part]) -> dict[Part, int]:
        """Read the places once the batch in hand has moved them, or failed to."""
        if self._in_hand is not None:
            wait([self._in_hand[1]])
        return self._intake.locate(parts)

    def _settle(self) -> None:
        """Wait for the batch in hand; raises what it met. What was read after it must then be forgotten."""
        if self._in_hand is None:
            return
        (batch, future), self._in_hand = self._in_hand, None
        future.result()
        self._failures = 0
        self._watchdog.moved()
        self._moved |= {part: after for part, (_, after) in batch.moves.items()}

    def _tell_places(self) -> None:
        """Tell the bus how far it is, for people who look; whoever reads on asks the service's database."""
        moved, self._moved = self._moved, {}
        # Another member tells of those that it reads by now, and may be further.
        held = set(self._consumer.assigned()) if moved else set()
        mine = {part: place for part, place in moved.items() if part in held}
        if mine:
            self._consumer.hint(mine)

    def _recover(self, error: Exception) -> None:
        """Wait a little as a member of the group, and read again from the stored places."""
        cause = "fence" if isinstance(error, FenceLost) else "transient"
        metrics.RETRIES.labels(self._service, cause).inc()
        _log.warning("a batch is read again", extra={"cause": cause, "error": describe(error)[1]})
        if _is_away(error):
            # There is work, but the reason why it waits is known and no restart would mend it.
            self._watchdog.moved()
        self._failures += 1
        try:
            self._consumer.rest(pause_after(self._failures))
            self._consumer.rewind()
        except Exception as another:
            if not _passes(another):
                raise
            time.sleep(pause_after(self._failures))

    def _look_at_lag(self) -> None:
        now = time.monotonic()
        if now - self._lag_seen < LAG_SECONDS:
            return
        self._lag_seen = now
        try:
            self._tell_places()
            lag = self._consumer.lag()
        except BusUnavailable:
            # Whether anything waits is not known. No batch has failed: a poll that can't go on says so.
            return
        # A partition that another worker holds by now is its to count.
        metrics.LAG.clear()
        for part, records in lag.items():
            metrics.LAG.labels(self._service, part.topic, part.partition).set(records)
        if any(lag.values()):
            self._watchdog.behind()
        elif self._in_hand is None:
            self._watchdog.moved()


def _passes(error: Exception) -> bool:
    return isinstance(error, FenceLost | Transient) or classify(error) is Fault.TRANSIENT


def _is_away(error: Exception) -> bool:
    cause = error.__cause__ if isinstance(error, Transient) else error
    return isinstance(cause, BusUnavailable) or (
        isinstance(cause, DBAPIError) and (cause.connection_invalidated or is_down(cause.orig))
    )

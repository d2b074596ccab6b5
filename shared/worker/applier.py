"""The transaction of a batch: dedupe, handlers, the events they cause and the place, all or nothing."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import inbox
from shared.bus.interface import Producer
from shared.dead_letters import letter
from shared.events.catalogue import redrive_topic_of
from shared.events.envelope import Poison, Received
from shared.inbox import FenceLost
from shared.worker import metrics
from shared.worker.faults import Fault, MostlyPoison, Transient, Window, classify, describe
from shared.worker.handler import Handler
from shared.worker.intake import Batch, Entry

# How often a bug is tried before the event is put aside; the pause between doubles.
ATTEMPTS = 3
FIRST_PAUSE_SECONDS = 0.05

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An event that can't be taken, and why."""

    entry: Entry
    error: Exception
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch: events that took effect, those that had before, those put aside."""

    applied: int
    duplicates: int
    refused: tuple[Refusal, ...] = ()


class Applier:
    """Applies batches of one consumer. One thread uses it at a time."""

    def __init__(
        self,
        service: str,
        handlers: Sequence[Handler],
        sessions: Callable[[], Session],
        producer: Producer,
        window: Window | None,
    ) -> None:
        """`window` says when too much is refused to go on; without one, whatever is refused is passed over."""
        self._service = service
        self._redrive_topic = redrive_topic_of(service)
        self._handlers = [
            (frozenset(event.type_name() for event in handler.events), handler.apply) for handler in handlers
        ]
        self._sessions = sessions
        self._producer = producer
        self._window = window

    def apply(self, batch: Batch) -> Outcome:
        """Apply a batch and commit it.

        Raises FenceLost if another worker has taken over, Transient if it should be tried again
        later, MostlyPoison if most of what came lately can't be taken. Then nothing was applied.
        """
        with metrics.BATCH_SECONDS.labels(self._service).time():
            outcome = self._apply_somehow(batch)
        metrics.APPLIED.labels(self._service).inc(outcome.applied)
        metrics.DUPLICATES.labels(self._service).inc(outcome.duplicates)
        return outcome

    def close(self) -> None:
        """Let go of the bus."""
        self._producer.close()

    def _apply_somehow(self, batch: Batch) -> Outcome:
        try:
            return self._commit(batch, self._together)
        except (FenceLost, MostlyPoison, Transient):
            raise
        except Exception as error:  # noqa: BLE001 - a handler may raise anything; which event did is found below
            _log.warning(
                "a batch failed; its events are tried one by one", extra={"error": describe(error)[1]}
            )
        return self._commit(batch, self._one_by_one)

    def _commit(self, batch: Batch, attempt: Callable[[Session, Batch], Outcome]) -> Outcome:
        try:
            with self._sessions() as session:
                inbox.advance(session, self._service, batch.moves)
                outcome = attempt(session, batch)
                fate = self._fate_of(outcome)
                if self._window is not None:
                    self._window.admit(**fate)
                self._put_aside(outcome)
                session.commit()
        except Exception as error:
            if classify(error) is Fault.TRANSIENT:
                raise Transient(describe(error)[1]) from error
            raise
        if self._window is not None:
            self._window.count(**fate)
        return outcome

    def _fate_of(self, outcome: Outcome) -> dict[str, int]:
        telling = [each for each in outcome.refused if self._may_be_our_fault(each)]
        return {"taken": outcome.applied + outcome.duplicates, "refused": len(telling)}

    def _may_be_our_fault(self, refusal: Refusal) -> bool:
        """Tell whether a refusal may say that this program or its data is wrong, and not the record alone.

        A letter that was handed back and fails again says nothing new.
        """
        is_foreign = isinstance(refusal.error, Poison) and refusal.error.is_foreign
        return not is_foreign and refusal.entry.record.topic != self._redrive_topic

    def _together(self, session: Session, batch: Batch) -> Outcome:
        taken = self._accept(session, batch.entries)
        self._handle(session, taken)
        refused = tuple(
            Refusal(entry, entry.event) for entry in batch.entries if isinstance(entry.event, Poison)
        )
        return Outcome(len(taken), len(batch.entries) - len(refused) - len(taken), refused)

    def _accept(self, session: Session, entries: Sequence[Entry]) -> list[Received]:
        """Return the events that have not taken effect yet, in order and each once.

        What is handed back is let in although its id is known, if it was put aside.
        """
        told: dict[UUID, None] = {}
        handed_back: dict[UUID, None] = {}
        for record, event in entries:
            if isinstance(event, Received):
                (handed_back if record.topic == self._redrive_topic else told)[event.id] = None
        fresh, again = inbox.accept(session, told), inbox.accept_again(session, handed_back)
        taken = []
        for record, event in entries:
            ids = again if record.topic == self._redrive_topic else fresh
            if isinstance(event, Received) and event.id in ids:
                # Its second copy in the same batch is none.
                ids.remove(event.id)
                taken.append(event)
        return taken

    def _one_by_one(self, session: Session, batch: Batch) -> Outcome:
        # A constraint that waits for the commit would fail the whole batch again.
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        applied = duplicates = 0
        refused = []
        for entry in batch.entries:
            if isinstance(entry.event, Poison):
                refused.append(Refusal(entry, entry.event))
                continue
            found = self._try(session, entry)
            if isinstance(found, Refusal):
                refused.append(found)
                inbox.set_aside(session, entry.event.id)
            else:
                applied, duplicates = applied + found, duplicates + (not found)
        return Outcome(applied, duplicates, tuple(refused))

    def _try(self, session: Session, entry: Entry) -> bool | Refusal:
        """Apply one event in a savepoint; return whether it was new, or why it can't be taken."""
        attempt = 1
        while True:
            try:
                with session.begin_nested():
                    fresh = self._accept(session, [entry])
                    if fresh:
                        self._handle(session, fresh)
                return bool(fresh)
            except Exception as error:
                fault = classify(error)
                if fault is Fault.TRANSIENT:
                    raise
                if fault is Fault.POISON or attempt == ATTEMPTS:
                    return Refusal(entry, error, attempt)
            time.sleep(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))
            attempt += 1

    def _handle(self, session: Session, events: list[Received]) -> None:
        for types, apply in self._handlers:
            wanted = [event for event in events if event.type in types]
            if wanted:
                apply(session, wanted)
        session.flush()

    def _put_aside(self, outcome: Outcome) -> None:
        """Write dead letters; they are acknowledged before the commit moves the place past them."""
        letters = []
        for refusal in outcome.refused:
            record, (reason, error) = refusal.entry.record, describe(refusal.error)
            letters.append(
                letter(record, self._service, reason=reason, error=error, attempts=refusal.attempts)
            )
            place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
            _log.error("an event is put aside", extra={"reason": reason, "error": error} | place)
        self._producer.publish(letters)
        for refusal in outcome.refused:
            metrics.DEAD_LETTERS.labels(self._service, describe(refusal.error)[0]).inc()

"""The worker of a service: it publishes its outbox, applies the events of others and runs its tasks."""

import gc
import logging
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from shared.bell import OUTBOX, Listener, connection_url
from shared.bus.interface import Bus, BusUnavailable, Consumer, Locate
from shared.events.catalogue import redrive_topic_of, topic_of
from shared.events.envelope import Origin
from shared.relay import BATCH, Relay
from shared.settings import Settings
from shared.silence import end_deaf
from shared.worker import metrics, state
from shared.worker.applier import Applier
from shared.worker.consuming import Consuming
from shared.worker.faults import Window
from shared.worker.handler import Handler, Task
from shared.worker.intake import Intake
from shared.worker.repeating import Repeating
from shared.worker.tasks import COMMON, run_once
from shared.worker.watchdog import Watchdog

# A ring may get lost with its connection: the relay looks by itself as well.
RELAY_SECONDS = 1.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parts:
    """What a worker is made of; also what drives a service step by step in a test."""

    settings: Settings
    sessions: sessionmaker[Session]
    bus: Bus
    handlers: Sequence[Handler]
    tasks: Sequence[Task]
    puts_all_aside: bool = False

    @property
    def engine(self) -> Engine:
        """Return the engine that the sessions are bound to."""
        bind: Engine = self.sessions.kw["bind"]
        return bind

    @property
    def topics(self) -> list[str]:
        """Return the topics it listens to: those of the events it handles, and its own redrives."""
        services = sorted({event.service for handler in self.handlers for event in handler.events})
        return [*map(topic_of, services), redrive_topic_of(self.settings.service)] if services else []

    def relay(self) -> Relay:
        """Return the relay of its outbox."""
        settings = self.settings
        origin = Origin.of(settings.service, settings.regency, settings.public_url)
        return Relay(connection_url(self.engine), self.bus.producer(), origin)

    def intake(self) -> Intake:
        """Return what turns records into batches."""
        return Intake(self.settings.service, self.handlers, self.sessions, self.bus)

    def applier(self) -> Applier:
        """Return what applies batches."""
        window = None if self.puts_all_aside else Window()
        return Applier(self.settings.service, self.handlers, self.sessions, self.bus.producer(), window)

    def run_task(self, task: Task) -> bool:
        """Run a task once; return True if there is more to do."""
        return run_once(task, self.settings, self.sessions)


class Worker:
    """One worker process. Any number of them share the partitions; one of them relays."""

    def __init__(
        self,
        settings: Settings,
        sessions: sessionmaker[Session],
        bus: Bus,
        *,
        handlers: Sequence[Handler] = (),
        tasks: Sequence[Task] = (),
    ) -> None:
        """`sessions` makes plain sessions, bound to the engine of the service's database."""
        self.parts = Parts(settings, sessions, bus, tuple(handlers), (*tasks, *COMMON))
        self._stopping = threading.Event()
        # While the bus is away nothing moves, and that is as it should be.
        self._watchdog = Watchdog(settings.stall_seconds, is_excused=lambda: not bus.healthy())

    def put_all_aside(self) -> None:
        """Go on also where most of what comes can't be taken. To be called before it runs."""
        self.parts = replace(self.parts, puts_all_aside=True)

    def run_until_stopped(self) -> None:
        """Work until `stop`, SIGTERM or SIGINT; then finish what is in hand.

        Raises MostlyPoison or BusRefused where a person must look before it makes sense to go on.
        """
        _prepare_process(self.stop)
        self._watchdog.start()
        relay = self.parts.relay()
        threads = self._threads(relay)
        for thread in threads:
            thread.start()
        _log.info("the worker has started", extra={"topics": self.parts.topics})
        try:
            self._consume()
        finally:
            self._watchdog.stopping()
            for thread in threads:
                thread.stop()
            for thread in threads:
                thread.join()
            relay.close()
            self._watchdog.close()
        _log.info("the worker has stopped")

    def stop(self) -> None:
        """Ask it to finish. May be called from any thread, and from a signal handler."""
        self._stopping.set()

    def _threads(self, relay: Relay) -> list[Repeating | Listener]:
        relaying = Repeating("relay", partial(self._relay, relay), every_seconds=RELAY_SECONDS)
        tasks = {task: self._repeating(task) for task in self.parts.tasks}
        telling = Repeating("state", self._tell_state, every_seconds=state.TOLD_EVERY_SECONDS)
        woken = [(task.woken_by, thread.wake) for task, thread in tasks.items() if task.woken_by]
        woken.append((OUTBOX, relaying.wake))
        return [relaying, telling, *tasks.values(), Listener(connection_url(self.parts.engine), woken)]

    def _repeating(self, task: Task) -> Repeating:
        every = task.every.total_seconds()
        return Repeating(task.name, partial(self.parts.run_task, task), every_seconds=every)

    def _tell_state(self) -> bool:
        parts = self.parts
        with parts.sessions() as session:
            driver: Any = session.connection().connection.driver_connection
            end_deaf(driver)
            state.tell(session, parts.bus, parts.settings.service, parts.topics)
            session.commit()
        return False

    def _consume(self) -> None:
        if not self.parts.topics:
            self._stopping.wait()
            return
        self._await_topics()
        if self._stopping.is_set():
            return
        consuming = Consuming(
            self.parts.settings.service, self.parts.intake(), self.parts.applier(), self._watchdog, self._open
        )
        try:
            while not self._stopping.is_set():
                consuming.step()
        finally:
            consuming.close()

    def _open(self, locate: Locate) -> Consumer:
        return self.parts.bus.consumer(self.parts.settings.service, self.parts.topics, locate)

    def _await_topics(self) -> None:
        """Wait for the bus; raises BusRefused if a topic does not exist, which Kafka would not tell a reader."""
        while not self._stopping.is_set():
            try:
                for topic in self.parts.topics:
                    self.parts.bus.parts(topic)
            except BusUnavailable as error:
                _log.warning("the bus is away: %s", error)
                self._stopping.wait(1.0)
            else:
                return

    def _relay(self, relay: Relay) -> bool:
        service = self.parts.settings.service
        published = 0
        try:
            published = relay.publish_batch() or 0
            metrics.PUBLISHED.labels(service).inc(published)
        finally:
            # Counted above all when the bus is away and the outbox grows; not between full batches.
            if published < BATCH:
                rows, age = relay.backlog()
                metrics.OUTBOX_ROWS.labels(service).set(rows)
                metrics.OUTBOX_AGE.labels(service).set(age)
        return published == BATCH


def _prepare_process(stop: Callable[[], None]) -> None:
    """Take signals, and tune what is the process's own; a test that runs it in a thread is left alone."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop())
    tune_process()


def tune_process() -> None:
    """Set up the interpreter for large batches of small objects, read on one thread and applied on another."""
    # A short interval lets both threads get on.
    sys.setswitchinterval(0.001)
    # What a batch makes has no circles: to look for some after every 700 objects would find none.
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)

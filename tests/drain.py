"""Drives services in one process, step by step, until nothing moves any more."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from shared.bus.interface import BusUnavailable, Consumer
from shared.bus.topics import all_topics
from shared.worker import Worker

_BATCH = 1_000
_TASK_RUNS = 1_000
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Drained:
    """What moved: events published, events that took effect, events put aside."""

    published: int = 0
    applied: int = 0
    dead_letters: int = 0

    def __add__(self, other: "Drained") -> "Drained":
        """Return the sum of both."""
        return Drained(
            self.published + other.published,
            self.applied + other.applied,
            self.dead_letters + other.dead_letters,
        )


class _Service:
    """One service's parts, kept between drains: a Kafka consumer takes a while to connect."""

    def __init__(self, worker: Worker) -> None:
        self._parts = worker.parts
        self._parts.bus.ensure_topics(all_topics(self._parts.settings))
        self._relay = self._parts.relay()
        self._intake = self._parts.intake()
        self._applier = self._parts.applier()
        self._consumer: Consumer | None = None

    def turn(self) -> Drained:
        """Run the tasks, publish everything and apply everything that is there."""
        for task in self._parts.tasks:
            runs = 1
            while self._parts.run_task(task):
                runs += 1
                if runs > _TASK_RUNS:
                    raise RuntimeError(f"the task {task.name} never has enough")
        return Drained(published=self._relay.publish_all()) + self._apply_all()

    def close(self) -> None:
        """Let go of connections."""
        self._relay.close()
        self._applier.close()
        if self._consumer is not None:
            self._consumer.close()

    def _apply_all(self) -> Drained:
        total = Drained()
        topics = self._parts.topics
        if not topics:
            return total
        ends = {part: end for topic in topics for part, end in self._parts.bus.end_offsets(topic).items()}
        if self._consumer is None:
            self._consumer = self._parts.bus.consumer(None, topics, self._intake.locate)
        else:
            self._consumer.rewind()
        self._intake.locate(tuple(ends))
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while any(self._intake.expected[part] < end for part, end in ends.items()):
            records = self._consumer.poll(1.0, _BATCH)
            if not records and time.monotonic() > deadline:
                raise BusUnavailable(f"nothing came from the bus for {_PATIENCE_SECONDS:.0f} s")
            if records:
                deadline = time.monotonic() + _PATIENCE_SECONDS
                outcome = self._applier.apply(self._intake.batch(records))
                total += Drained(applied=outcome.applied, dead_letters=len(outcome.refused))
        return total


class Drain:
    """Several services in one process."""

    def __init__(self, workers: Sequence[Worker]) -> None:
        self._services = [_Service(worker) for worker in workers]

    def run(self) -> Drained:
        """Let every service take turns until a whole round moves nothing; return what moved."""
        total = Drained()
        while True:
            moved = sum((service.turn() for service in self._services), start=Drained())
            if moved == Drained():
                return total
            total += moved

    def close(self) -> None:
        """Let go of connections."""
        for service in self._services:
            service.close()


def drain(*workers: Worker) -> Drained:
    """Publish, apply and run tasks until nothing moves; return what moved."""
    driver = Drain(workers)
    try:
        return driver.run()
    finally:
        driver.close()

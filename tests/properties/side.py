"""One service, whose worker does a single thing whenever it is told to."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from shared import dead_letters, inbox
from shared.bus import BusUnavailable, Part, Record
from shared.bus.topics import all_topics
from shared.errors import Conflict
from shared.events.envelope import Received
from shared.inbox import FenceLost
from shared.service import Service
from shared.worker import Handler, Worker
from tests.properties.log import Log

# Tables that come filled with a database, or that nothing is ever taken from.
_KEPT = {"alembic_version", "policy", "audit_entry", "audit_head"}
_TASK_RUNS = 50


class Side:
    """The real parts of a worker on the log in memory, with nothing that runs by itself."""

    def __init__(
        self, app: Flask, service: Service, log: Log, handlers: Sequence[Handler] | None = None
    ) -> None:
        self.app, self.service, self.name, self.log = app, service, service.name, log
        self.settings = app.config["HELIX"]
        log.ensure_topics(all_topics(self.settings))
        with app.app_context():
            self.engine = service.db.engine
        self.sessions = sessionmaker(self.engine, class_=Session, expire_on_commit=False)
        heard = [self._refusing(handler) for handler in (service.handlers if handlers is None else handlers)]
        parts = Worker(self.settings, self.sessions, log, handlers=heard, tasks=service.tasks).parts
        self.parts = parts
        self._relay, self._intake, self._applier = parts.relay(), parts.intake(), parts.applier()
        self._places = [part for topic in parts.topics for part in log.parts(topic)]
        self._refuses: list[bool] = []
        # Whether anything may be other than when the books were looked at.
        self.changed = True
        self._truncate = self._truncation()

    def clear(self) -> None:
        """Begin anew, with nothing in the database and everything unread."""
        with self.engine.begin() as connection:
            connection.execute(text(self._truncate))
        # It remembers how much was refused of late.
        self._applier = self.parts.applier()
        self._intake.locate(self._places)

    def close(self) -> None:
        """Let go of connections."""
        self._relay.close()

    def rows(self, statement: str, **values: Any) -> Sequence[Any]:
        """Return what is in the database."""
        with self.engine.connect() as connection:
            return connection.execute(text(statement), values).all()

    def run_task(self, number: int) -> bool:
        """Run one of the tasks, once; return whether there is more to do."""
        tasks = self.service.tasks
        self.changed = True
        return bool(tasks) and self.parts.run_task(tasks[number % len(tasks)])

    def work_off(self, *, woken: bool = False) -> None:
        """Run every task, or those that changes wake, until it has enough."""
        for number, task in enumerate(self.service.tasks):
            if woken and task.woken_by is None:
                continue
            for _ in range(_TASK_RUNS):
                if not self.run_task(number):
                    break
            else:
                raise AssertionError(f"the task {task.name} never has enough")

    def publish(self, dies_after: int | None = None) -> int:
        """Publish the outbox; or only so many events of it, to be published again."""
        self.log.away_after = dies_after
        try:
            return self._relay.publish_all()
        except (BusUnavailable, psycopg.OperationalError):
            # The bus was away; or the database let go of a relay that had been silent for too long.
            return 1
        finally:
            self.log.away_after = None

    def pending(self) -> list[Part]:
        """Return the partitions of which something is unread."""
        return [part for part in self._places if self.log.read(part, self._intake.expected[part]) is not None]

    def deliver(self, picks: Sequence[int], *, refuses: Sequence[bool] = ()) -> int:
        """Apply as one batch the next records, each from the partition that is picked for it.

        `refuses` says of each event whether it is refused for now, as by a rule that is mended later.
        """
        at = dict(self._intake.expected)
        records: list[Record] = []
        for pick in picks:
            unread = [part for part in self._places if self.log.read(part, at[part]) is not None]
            if not unread:
                break
            part = unread[pick % len(unread)]
            record = self.log.read(part, at[part])
            assert record is not None
            records.append(record)
            at[part] += 1
        if records:
            self.changed = True
            self._refuses = list(refuses)
            self._applier.apply(self._intake.batch(records))
            self._refuses = []
        return len(records)

    def deliver_all(self) -> int:
        """Apply what is unread, in one batch."""
        at = self._intake.expected
        unread = sum(self.log.end_offsets(part.topic)[part] - at[part] for part in self._places)
        return self.deliver([0] * unread)

    def deliver_behind(self, back: int) -> None:
        """Have a worker that does not know it was replaced apply again what was applied; it must fail."""
        read = [part for part in self._places if self._intake.expected[part] > 0]
        if not read:
            return
        stale = self.parts.intake()
        at = self._intake.expected
        stale.expected = {part: max(0, offset - 1 - back) for part, offset in at.items()}
        records = [
            record
            for part in read
            for offset in range(stale.expected[part], at[part])
            if (record := self.log.read(part, offset)) is not None
        ]
        try:
            self._applier.apply(stale.batch(records))
        except FenceLost:
            return
        raise AssertionError("a worker that was replaced went on")

    def redrive(self) -> int:
        """Hand back every dead letter that has not taken effect since; return how many."""
        found = list(dead_letters.list_(self.log, self.name))
        with self.sessions() as session:
            taken = {str(one) for one in inbox.applied(session, [UUID(each.event_id) for each in found])}
        left = {each.event_id: each.position for each in found if each.event_id not in taken}
        return dead_letters.redrive(self.log, self.name, set(left.values())) if left else 0

    def _refusing(self, handler: Handler) -> Handler:
        def apply(session: Session, events: list[Received]) -> None:
            # The worker tries a batch at once, and after a failure each event in a savepoint.
            alone = session.in_nested_transaction()
            if any(self._refuses) and (not alone or self._refuses.pop(0)):
                raise Conflict("refused_for_a_while", "A rule that is mended later.")
            handler.apply(session, events)

        return Handler(handler.events, apply)

    def _truncation(self) -> str:
        found = self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = sorted({row[0] for row in found} - _KEPT)
        after = "; DELETE FROM policy WHERE version > 1" if self.name == "programs" else ""
        # A log that refuses to be shortened is shortened too.
        truncate = f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE{after}"
        return f"SET LOCAL session_replication_role = replica; {truncate}"

"""Runs periodic tasks: each by one worker of the service at a time, in a transaction."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from shared import inbox
from shared.http import idempotency
from shared.settings import Settings
from shared.worker import metrics
from shared.worker.handler import Task

_LOCK = text("SELECT pg_try_advisory_lock(hashtextextended(:name, 1))")
_UNLOCK = text("SELECT pg_advisory_unlock(hashtextextended(:name, 1))")

# What every service does from time to time.
COMMON = (
    Task("purge-inbox", inbox.purge, timedelta(hours=1)),
    Task("purge-answers", idempotency.purge, timedelta(hours=1)),
)


def run_once(task: Task, settings: Settings, engine: Engine, sessions: sessionmaker[Session]) -> bool:
    """Run a task and commit; return True if there is more to do at once.

    The lock belongs to the connection, not to the transaction: a task may commit on its way. The
    session's `info["settings"]` are the service's settings: a task has no app to ask.
    """
    with engine.connect() as connection:
        held = connection.execute(_LOCK, {"name": task.name}).scalar_one()
        connection.commit()
        if not held:
            return False
        try:
            with (
                sessions(bind=connection, info={"settings": settings}) as session,
                metrics.TASK_SECONDS.labels(settings.service, task.name).time(),
            ):
                more = task.run(session)
                session.commit()
        except BaseException:
            # The connection may be of no use, or in a transaction: the lock goes with it.
            connection.invalidate()
            raise
        connection.execute(_UNLOCK, {"name": task.name})
        connection.commit()
        return more

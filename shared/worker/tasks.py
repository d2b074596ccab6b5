"""Runs periodic tasks: each by one worker of the service at a time, in a transaction."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from shared import inbox
from shared.http import idempotency
from shared.settings import Settings
from shared.worker import metrics
from shared.worker.handler import Task

_TRY = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 1))")

# What every service does from time to time.
COMMON = (
    Task("purge-inbox", inbox.purge, timedelta(hours=1)),
    Task("purge-answers", idempotency.purge, timedelta(hours=1)),
)


def run_once(task: Task, settings: Settings, sessions: sessionmaker[Session]) -> bool:
    """Run a task in a transaction and commit it; return True if there is more to do at once.

    Whoever else runs it meanwhile is told that there is nothing to do.
    The session's `info["settings"]` are the service's settings: a task has no app to ask.
    """
    with sessions(info={"settings": settings}) as session:
        if not _has_turn(session, task):
            return False
        with metrics.TASK_SECONDS.labels(settings.service, task.name).time():
            more = task.run(session)
            session.commit()
        return more


def _has_turn(session: Session, task: Task) -> bool:
    return not task.alone or bool(session.scalar(_TRY, {"name": task.name}))

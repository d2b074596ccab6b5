"""What a service gives to its worker: what to do with events, and what to do from time to time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from shared.events.envelope import Received
from shared.events.event import Event


@dataclass(frozen=True, slots=True)
class Handler:
    """Applies events of some types, in order, inside the worker's transaction. It must not commit.

    It may be called again with the same events after a rollback, and with one event at a time.
    """

    events: tuple[type[Event], ...]
    apply: Callable[[Session, list[Received]], None]


@dataclass(frozen=True, slots=True)
class Task:
    """Something done every so often, by one worker at a time: another that comes meanwhile goes without.

    `run` returns True if there is more to do at once. It must not commit: the worker does after each
    run, and what keeps others from the task ends with the transaction. `woken_by` is what it is rung
    for, to run soon after there is work. A task that is not `alone` keeps workers apart by itself.
    """

    name: str
    run: Callable[[Session], bool]
    every: timedelta
    woken_by: str | None = None
    alone: bool = True

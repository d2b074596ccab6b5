"""Why applying an event failed, and so what to do about it."""

from enum import Enum
from itertools import accumulate

import psycopg
from sqlalchemy import exc

from shared.bus.interface import BusUnavailable
from shared.database import constraint_of
from shared.errors import DomainError
from shared.events.envelope import Poison

# SQLSTATE classes that pass by themselves: connection, rollback by the server, resources, operator.
_PASSING_CLASSES = ("08", "40", "53", "57")
_LOCK_NOT_AVAILABLE = "55P03"
_DATA_CLASS = "22"


class Fault(Enum):
    """The three kinds of failure."""

    TRANSIENT = "transient"
    POISON = "poison"
    BUG = "bug"


class Transient(Exception):
    """The database or the bus is away or busy: nothing was applied, try again later."""


class MostlyPoison(Exception):
    """Most of what comes can't be taken: stop, rather than empty the topic into the dead letters."""


def classify(error: Exception) -> Fault:
    """Return the kind of a failure."""
    if isinstance(error, Poison | DomainError):
        return Fault.POISON
    if isinstance(error, BusUnavailable | exc.TimeoutError):
        return Fault.TRANSIENT
    if isinstance(error, exc.DBAPIError):
        if error.connection_invalidated or isinstance(error, exc.InterfaceError):
            return Fault.TRANSIENT
        return _by_state(error.orig)
    return _by_state(error)


def describe(error: Exception) -> tuple[str, str]:
    """Return (reason, error) of a failure for a dead letter: codes and names, never data."""
    if isinstance(error, Poison):
        return error.reason, error.detail
    if isinstance(error, DomainError):
        return "breaks_rule", error.code
    if isinstance(error, exc.DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        constraint = constraint_of(error)
        return "database_refuses", f"SQLSTATE {state}" + (f", {constraint}" if constraint else "")
    return "bug", _where(error)


def is_down(error: BaseException | None) -> bool:
    """Tell whether the database could not be reached, or is starting or stopping."""
    if not isinstance(error, psycopg.OperationalError):
        return False
    return not error.sqlstate or error.sqlstate.startswith(("08", "57P"))


def _by_state(error: BaseException | None) -> Fault:
    if not isinstance(error, psycopg.Error):
        return Fault.BUG
    state = error.sqlstate or ""
    if is_down(error) or state.startswith(_PASSING_CLASSES) or state == _LOCK_NOT_AVAILABLE:
        return Fault.TRANSIENT
    return Fault.POISON if state.startswith(_DATA_CLASS) else Fault.BUG


def _where(error: Exception) -> str:
    """Name the error and its line. Its text may quote the event, so it is left out."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"


class Window:
    """The fate of the latest batches: too many dead letters among them mean that something else is wrong.

    Whole batches are judged, the latest that make up `size` events together: where in a batch the
    refused ones stand says little, as the records of one partition come together. It is not kept
    over a restart: whoever starts again after mending the cause begins with a clean sheet, and a
    batch that is not mostly poison by itself never stops a worker twice.
    """

    def __init__(self, size: int = 200, least: int = 20) -> None:
        self._size = size
        self._least = least
        # (events, refused) of each batch, the latest first.
        self._batches: list[tuple[int, int]] = []

    def admit(self, *, taken: int, refused: int) -> None:
        """Raise MostlyPoison where, with this batch, over half of the window, and not just a few, is refused."""
        batches = self._with(taken, refused)
        total, bad = sum(events for events, _ in batches), sum(bad for _, bad in batches)
        if refused and bad >= self._least and bad * 2 > total:
            raise MostlyPoison(
                f"{bad} of the latest {total} events can't be taken; the worker stops at the first of"
                " this batch. Mend the cause and start it again."
            )

    def count(self, *, taken: int, refused: int) -> None:
        """Count a batch that was committed: one that is tried again must not count twice."""
        self._batches = self._with(taken, refused)

    def _with(self, taken: int, refused: int) -> list[tuple[int, int]]:
        return self._latest([(taken + refused, refused), *self._batches])

    def _latest(self, batches: list[tuple[int, int]]) -> list[tuple[int, int]]:
        before = [0, *accumulate(events for events, _ in batches)]
        return [
            batch for batch, newer in zip(batches, before, strict=False) if newer < self._size and batch[0]
        ]

"""The bell: after a commit that made work, whoever waits for work of that name is woken.

A NOTIFY inside every business transaction would serialise their commits. So a commit only leaves a
name, and one thread of the process turns any number of rings of one name into one NOTIFY on its own
connection. A ring that is lost costs nothing but time: those who listen also look from time to time.
"""

import logging
import threading
import weakref
from collections.abc import Collection, Iterable
from typing import Any

import psycopg
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session

from shared.database import AnySession

CHANNEL = "helix_bell"

# Rung for where there is something to publish.
OUTBOX = "outbox"

_NOTIFY = "SELECT pg_notify(%s, name) FROM unnest(%s::text[]) AS name"

_RINGS = "rings_after_commit"

_log = logging.getLogger(__name__)
_bells: "weakref.WeakKeyDictionary[Engine, Bell]" = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def connection_url(engine: Engine) -> str:
    """Return the engine's database as a URL that psycopg takes."""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


class Listener(threading.Thread):
    """Passes rings on to those in this process who wait. It calls all of them after it was away for a while."""

    def __init__(self, url: str, wakes: Iterable[tuple[str, threading.Event]]) -> None:
        """`wakes` has what is waited for, and what is set when it is rung for."""
        super().__init__(name="listener", daemon=True)
        self._url = url
        self._wakes = tuple(wakes)
        self._stopping = threading.Event()

    def run(self) -> None:
        """Listen until told to stop."""
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True, connect_timeout=5) as connection:
                    self._listen(connection)
            except psycopg.Error:
                self._stopping.wait(1)

    def stop(self) -> None:
        """End within a second."""
        self._stopping.set()

    def _listen(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute(f"LISTEN {CHANNEL}")
        self._pass_on({name for name, _ in self._wakes})
        while not self._stopping.is_set():
            self._pass_on({ring.payload for ring in connection.notifies(timeout=0.5, stop_after=1)})

    def _pass_on(self, rung: Collection[str]) -> None:
        for name, wake in self._wakes:
            if name in rung:
                wake.set()


class Bell:
    """Rings for one database. Its thread starts with the first ring, so that a fork before is harmless."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._names: set[str] = set()
        self._rung = threading.Event()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def ring(self, names: Iterable[str]) -> None:
        """Wake those who wait for one of the names, soon; never blocks."""
        with _lock:
            self._names.update(names)
        self._rung.set()
        if self._thread is None:
            with _lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="bell", daemon=True)
                    self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._closed.set()
        self._rung.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True, connect_timeout=5) as connection:
                    self._forward(connection)
            except psycopg.Error:
                _log.warning("the bell lost its connection")
                # Rings of the meantime are kept.
                self._closed.wait(1)

    def _forward(self, connection: psycopg.Connection[Any]) -> None:
        while self._rung.wait() and not self._closed.is_set():
            self._rung.clear()
            with _lock:
                names, self._names = self._names, set()
            try:
                connection.execute(_NOTIFY, (CHANNEL, list(names)))
            except psycopg.Error:
                self.ring(names)
                raise


def bell_of(engine: Engine) -> Bell:
    """Return the one bell of an engine's database in this process."""
    with _lock:
        found = _bells.get(engine)
        if found is None:
            found = _bells[engine] = Bell(connection_url(engine))
        return found


def ring_after_commit(session: AnySession, name: str) -> None:
    """Ring for a name once the session's transaction has committed."""
    session.info.setdefault(_RINGS, set()).add(name)


@event.listens_for(Session, "after_commit")
def _ring(session: Session) -> None:
    if session.in_nested_transaction():
        # It is told of a savepoint that ends, too: nobody would find anything yet.
        return
    names = session.info.pop(_RINGS, None)
    if names:
        bind = session.get_bind()
        bell_of(bind.engine if isinstance(bind, Connection) else bind).ring(names)

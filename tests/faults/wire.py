"""A wire to PostgreSQL that breaks at the worst moment: when a COMMIT is on its way, or its answer is."""

import random
import shutil
import socket
import tempfile
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

from helix.local.postgres import Postgres

_COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"
_SOCKET = ".s.PGSQL.5432"


class Wire:
    """A Unix socket that leads to a server. While `breaks`, one COMMIT in so many is cut off."""

    def __init__(self, server: Postgres, seed: int, *, one_in: int = 4) -> None:
        self.breaks = threading.Event()
        # How often a COMMIT did not arrive, and how often its answer did not.
        self.cut: Counter[str] = Counter()
        self._target = str(Path(server.url().rpartition("host=")[2]) / _SOCKET)
        self._folder = Path(tempfile.mkdtemp(prefix="helix-wire-"))
        self._chance = random.Random(seed)
        self._one_in = one_in
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._folder / _SOCKET))
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, database: str) -> str:
        """Return the URL of a database over this wire."""
        return f"postgresql://postgres@/{database}?host={self._folder}"

    def close(self) -> None:
        """Take no more connections; those there are end with who holds them."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        shutil.rmtree(self._folder)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                _Line(self, client, self._target).start()

    def fate(self, sent: bytes) -> str:
        """Say what becomes of what a client sent: it passes, or it or its answer is cut off."""
        if sent != _COMMIT or not self.breaks.is_set() or self._chance.randrange(self._one_in):
            return "passes"
        fate = self._chance.choice(["question", "answer", "answer"])
        self.cut[fate] += 1
        return fate


class _Line:
    """One connection: a thread for each direction."""

    def __init__(self, wire: Wire, client: socket.socket, target: str) -> None:
        self._wire = wire
        self._client = client
        self._server = socket.socket(socket.AF_UNIX)
        self._target = target
        self._mute = False

    def start(self) -> None:
        try:
            self._server.connect(self._target)
        except OSError:
            self._client.close()
            self._server.close()
            return
        for carry in (self._ask, self._answer):
            threading.Thread(target=carry, daemon=True).start()

    def _ask(self) -> None:
        with suppress(OSError):
            while sent := self._client.recv(65_536):
                fate = self._wire.fate(sent)
                if fate == "question":
                    break
                self._mute = fate == "answer"
                self._server.sendall(sent)
        # With a muted answer the other thread ends the line, once the server has committed.
        if not self._mute:
            self._end()
        self._client.close()

    def _answer(self) -> None:
        with suppress(OSError):
            while told := self._server.recv(65_536):
                if self._mute:
                    break
                self._client.sendall(told)
        self._end()
        self._server.close()

    def _end(self) -> None:
        for end in (self._client, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

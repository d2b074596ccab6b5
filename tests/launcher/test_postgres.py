"""PostgreSQL on one machine: what it opens to others, and how it comes back."""

import os
import signal
import stat
import time
from pathlib import Path

import psycopg

from helix.local.postgres import Postgres


def _others(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode) & 0o077


def test_nothing_is_opened_but_a_way_through_for_who_it_runs_as(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    server = Postgres(private / "data")
    assert _others(private / "data") == 0
    assert _others(private) == (stat.S_IXOTH if os.geteuid() == 0 else 0)
    assert (private in server.opened) == (os.geteuid() == 0)
    server.stop()


def test_a_path_too_long_for_a_socket_has_it_elsewhere_in_private(tmp_path: Path) -> None:
    server = Postgres(tmp_path / ("long" * 30))
    with psycopg.connect(server.url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert _others(Path(server.url().partition("host=")[2])) == 0
    server.stop()


def test_a_killed_server_starts_again_with_what_was_committed(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "data")
    url = server.ensure_database("kept")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE thing (name text)")
        connection.execute("INSERT INTO thing VALUES ('one')")
    os.kill(int((tmp_path / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    while server.is_running():
        time.sleep(0.01)
    server.start()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT name FROM thing").fetchall() == [("one",)]
    server.stop()
    assert not server.is_running()

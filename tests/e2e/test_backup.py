"""A backup that is taken while givers pledge and pay, and a system that goes on from it elsewhere."""

import json
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from helix.local.environment import LOG_DATABASE, database_of
from helix.local.postgres import url_of
from shared.bus.builtin import BuiltinBus
from shared.bus.interface import Bus
from shared.bus.kafka import KafkaBus
from tests.books import problems
from tests.e2e.giving import again, giving
from tests.e2e.running import Running, eventually, start
from tests.e2e.test_journey import need, pledge, register_giver, reserved_allocation, verified_household

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SERVICES = ("donations", "programs", "reporting")
# What is accepted while a backup is taken may or may not be in it; what was before must be.
LOAD_SECONDS = 3.0


@pytest.fixture(params=["builtin", pytest.param("kafka", marks=pytest.mark.kafka)])
def bus(request: pytest.FixtureRequest) -> str:
    """Name the bus."""
    return str(request.param)


@contextmanager
def running(bus: str, data: Path) -> Iterator[Running]:
    """Give Helix on a data folder; stop it in the end."""
    helix = start(bus, data)
    try:
        yield helix
    finally:
        helix.process.send_signal(signal.SIGINT)
        assert helix.process.wait(60) == 0, (data.parent / "run.log").read_text()


def command(*arguments: str | Path, code: int = 0) -> str:
    """Run `helix ...`; return what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "helix", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_what_was_accepted_before_a_backup_is_there_once_after_it(bus: str, tmp_path: Path) -> None:
    data, saved, elsewhere = tmp_path / "one" / "data", tmp_path / "saved", tmp_path / "two" / "data"
    data.parent.mkdir()
    elsewhere.parent.mkdir()
    with running(bus, data) as helix:
        for _ in range(2):
            verified_household(helix, need(20_000_000))
        giver = register_giver(helix)
        with giving(helix, giver) as given:
            time.sleep(LOAD_SECONDS)
            began = time.monotonic()
            said = command("backup", saved, "--data", data)
            ended = time.monotonic()
            time.sleep(1.0)
        assert sum(began < one.at < ended for one in given.accepted) > 5, "nobody was at work meanwhile"
        # Requests give up on a lock after five seconds.
        assert float(said.partition("Writers waited ")[2].split()[0]) < 5, said
    assert {stat.S_IMODE(file.stat().st_mode) for file in saved.iterdir()} == {0o600}
    assert stat.S_IMODE(saved.stat().st_mode) == 0o700

    command("restore", saved, "--data", elsewhere)
    assert stat.S_IMODE((elsewhere / "secrets.json").stat().st_mode) == 0o600
    with running(bus, elsewhere) as helix:
        _require_books_in_order(bus, elsewhere)
        before = given.before(began)
        assert {one.path for one in before} == {"/v1/pledges", "/v1/contributions"}
        counted = _count(bus, elsewhere)
        for one in before:
            answer = again(helix, giver, one)
            assert (answer.status_code, answer.json()["id"]) == (201, one.id)
        assert _count(bus, elsewhere) == counted
        opened = helix.ok("POST", "donations", "/v1/pledges", giver, json=pledge(30_000_000))
        assert reserved_allocation(helix, giver, opened["id"], eventually)["quantity"] > 0
        verified_household(helix, need())
        _require_books_in_order(bus, elsewhere)


def _require_books_in_order(bus: str, data: Path) -> None:
    """Wait until all three services say the same, and nothing is on its way."""
    urls = [url_of(data / "postgres", database_of(bus, service)) for service in SERVICES]
    log = _bus_of(bus, data)
    found: list[str] = []

    def in_order() -> bool:
        found[:] = problems(*urls, at_rest=True, bus=log)
        return not found

    try:
        eventually(in_order, seconds=45)
    except AssertionError:
        raise AssertionError("\n".join(found)) from None
    finally:
        log.close()


def _bus_of(bus: str, data: Path) -> Bus:
    access: dict[str, Any] = json.loads((data / "access.json").read_text())
    if bus == "kafka":
        return KafkaBus([access["bootstrap"]])
    return BuiltinBus(url_of(data / "postgres", LOG_DATABASE))


def _count(bus: str, data: Path) -> tuple[Any, ...]:
    with psycopg.connect(url_of(data / "postgres", database_of(bus, "donations"))) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM pledge), (SELECT count(*) FROM contribution)"
        ).fetchone()
    assert row is not None
    return row

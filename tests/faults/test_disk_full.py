"""A database whose disk is full refuses, half does nothing, and goes on once there is room."""

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from shared.settings import passthrough
from tests.conftest import let_sockets_to
from tests.faults.conftest import Tried
from tests.faults.load import load, said_of
from tests.faults.machine import Machine
from tests.faults.test_away import accepted, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

SEED = 500
DISK_BYTES = 256 * 2**20


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes, in memory. Only root may mount one."""
    with tempfile.TemporaryDirectory(prefix="helix-small-") as folder:
        disk = Path(folder) / "data" / "postgres"
        disk.mkdir(parents=True)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(disk)]
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
        if done.returncode:
            why = f"NOT TRIED: a small disk can't be mounted here: {done.stderr.strip()}"
            (pytest.fail if passthrough().get("CI") else pytest.skip)(why)
        try:
            yield Path(folder) / "data"
        finally:
            subprocess.run(["umount", "--lazy", str(disk)], check=True)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Take all the room there is for the length of a `with` block."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(2**16)):
            continue
    try:
        yield
    finally:
        filler.unlink()


@pytest.mark.parametrize("bus", ["builtin", pytest.param("kafka", marks=pytest.mark.kafka)])
def test_a_full_disk_refuses_and_goes_on_once_there_is_room(
    small: Path, bus: str, pytestconfig: pytest.Config, say: Callable[[str], None]
) -> None:
    machine = Machine(small, bus)
    try:
        if machine.kafka is not None:
            let_sockets_to(machine.kafka.bootstrap, pytestconfig)
        machine.start_all()
        tried = Tried(machine)
        with load(machine, tried.ledger, SEED) as people:
            until(lambda: accepted(people) > 20, machine)
            with full(small / "postgres"):
                # Every answer until then is an accepted change or a 503 (`Client` looks at each).
                refused = sum(person.client.repeats for person in people)
                until(lambda: sum(p.client.repeats for p in people) > refused + 40, machine)
            machine.postgres.start()
            before = accepted(people)
            until(lambda: accepted(people) > before + 20, machine)
        say(said_of(people))
        tried.assert_exact()
        assert machine.ended_by_themselves == []
    finally:
        machine.close()

"""Processes that are watched, started again, and stopped together."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from helix.local.failure import CannotRun
from helix.local.processes import Processes, read_procfile
from shared.settings import SERVICES

ROOT = Path(__file__).parents[2]

# Copies are made of a process of their own: this one has threads.
COPYING = """
import sys, time
from pathlib import Path
from helix.local.processes import Processes

held = open(sys.argv[1] + "/held", "w")
processes = Processes(Path(sys.argv[1]), {"HELIX_LOCAL": "1"}, copying=True)
"""


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


SLEEP = _python("import time; time.sleep(60)")


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    found = Processes(tmp_path, {"GREETING": "hello"})
    yield found
    found.stop(seconds=5)


def _until_ended(processes: Processes) -> None:
    deadline = time.monotonic() + 10
    while processes.first_ended() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_procfile_names_a_web_and_a_worker_process_of_each_service() -> None:
    found = read_procfile(ROOT / "Procfile")
    assert found == {
        f"{service}-{kind}": ["helix", service, kind] for service in SERVICES for kind in ("web", "worker")
    }


def test_what_a_process_says_is_in_its_log(processes: Processes, tmp_path: Path) -> None:
    processes.start("speaker", _python("import os; print(os.environ['GREETING'])"))
    _until_ended(processes)
    assert (tmp_path / "speaker.log").read_text() == "hello\n"


def test_a_process_that_dies_is_started_again_and_told_of(processes: Processes, tmp_path: Path) -> None:
    child = processes.start("fragile", SLEEP)
    assert child.process is not None
    child.process.kill()
    child.process.wait()
    assert processes.revive() == [
        f"fragile was killed (SIGKILL); its log is {tmp_path / 'fragile.log'}. It was started again."
    ]
    assert processes.first_ended() is None
    assert processes.revive() == []


def test_a_process_that_dies_again_and_again_is_given_up_with_a_sentence(processes: Processes) -> None:
    processes.start("hopeless", _python("raise SystemExit(3)"))
    for _ in range(2):
        _until_ended(processes)
        processes.revive()
    _until_ended(processes)
    with pytest.raises(
        CannotRun, match=r"hopeless ended with code 3; its log is .*hopeless.log. .* Helix stops."
    ):
        processes.revive()


def test_a_command_is_asked_and_its_answer_returned(processes: Processes) -> None:
    echo = _python("import sys; print(sys.stdin.read().upper())")
    assert processes.ask("echo", echo, "one", seconds=10) == "ONE\n"


def test_a_command_that_fails_is_told_with_its_last_line(processes: Processes) -> None:
    with pytest.raises(CannotRun, match=r"failing ended with code 1: no such table Its log is .*failing.log"):
        processes.ask("failing", _python("raise SystemExit('no such table')"), "", seconds=10)


def test_a_command_that_hangs_is_told(processes: Processes) -> None:
    with pytest.raises(CannotRun, match="hanging took over 0 s"):
        processes.ask("hanging", SLEEP, "", seconds=0.2)


def test_stopping_kills_what_does_not_end_by_itself(processes: Processes) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    stubborn = deaf + "print(1, flush=True); time.sleep(60)"
    child = processes.start("stubborn", _python(stubborn))
    gentle = processes.start("gentle", SLEEP)
    while not child.log.exists() or not child.log.read_text():
        time.sleep(0.02)
    processes.stop(seconds=0.3)
    assert child.ended() == -9
    assert gentle.ended() == -15


def _copying(folder: Path, code: str) -> str:
    (folder / "launch.py").write_text(COPYING + code)
    command = [sys.executable, str(folder / "launch.py"), str(folder)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def test_a_copy_does_what_its_command_says_and_its_end_is_told(tmp_path: Path) -> None:
    told = _copying(
        tmp_path,
        """
print(processes.ask("settings", ["helix", "settings"], "", seconds=20))
child = processes.start("web", ["helix", "donations", "web"])
print(child.process.wait(20), child.ended())
""",
    )
    assert "HELIX_REGENCY" in told
    assert told.endswith("78 78\n")
    assert "HELIX_DONATIONS_DATABASE_URL is missing" in (tmp_path / "web.log").read_text()


def test_a_copy_is_called_by_its_command_and_keeps_nothing_open_of_the_launcher(tmp_path: Path) -> None:
    told = _copying(
        tmp_path,
        """
from helix import cli
cli.main = lambda arguments: (print("here", flush=True), time.sleep(60))
child = processes.start("worker", ["helix", "programs", "worker"])
while not child.log.read_text():
    time.sleep(0.02)
place = Path(f"/proc/{child.process.pid}")
print((place / "cmdline").read_bytes().strip(b"\\0 "))
print(any(link.resolve().name == "held" for link in (place / "fd").iterdir()))
processes.stop(seconds=5)
print(child.ended())
""",
    )
    assert told.splitlines() == ["b'helix programs worker'", "False", "-15"]

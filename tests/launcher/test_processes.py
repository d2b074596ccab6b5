"""Processes that are watched, started again, and stopped together."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from helix.local.failure import CannotRun
from helix.local.processes import Processes, read_procfile
from shared.settings import SERVICES

ROOT = Path(__file__).parents[2]


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

"""`helix run`, for real: processes, databases, HTTP."""

import json
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from helix.local.postgres import url_of
from tests.e2e.running import free_port_base

pytestmark = pytest.mark.slow

HELIX = [str(Path(sys.executable).parent / "helix")]
READY_SECONDS = 90.0

Run = Callable[..., subprocess.Popen[str]]


def wait_for_access(process: subprocess.Popen[str], data: Path) -> dict[str, Any]:
    """Wait until Helix says that it runs; return access.json."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("Helix runs"):
            found: dict[str, Any] = json.loads((data / "access.json").read_text())
            return found
    raise AssertionError(f"it ended: {''.join(said)} {process.stderr.read() if process.stderr else ''}")


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Return a function that starts `helix run` on the data folder of this test."""
    started: list[subprocess.Popen[str]] = []

    def start(*options: str, port_base: int) -> subprocess.Popen[str]:
        command = [*HELIX, "run", "--data", str(tmp_path / "data"), "--port-base", str(port_base), *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def stop(process: subprocess.Popen[str]) -> int:
    """Press Ctrl-C; return the exit code."""
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    return process.returncode


def sign_in(access: dict[str, Any], role: str) -> dict[str, str]:
    """Return the header of a person of a role."""
    account = access["accounts"][role]
    answer = requests.post(
        f"{access['urls'][account['service']]}/v1/tokens",
        json={"username": account["username"], "password": account["password"]},
        timeout=10,
    )
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def _pledges(access: dict[str, Any], method: str, **given: Any) -> dict[str, Any]:
    answer = requests.request(
        method,
        f"{access['urls']['donations']}/v1/pledges",
        headers={"Authorization": f"Bearer {access['portal']['key']}"},
        timeout=10,
        **given,
    )
    assert answer.ok, answer.text
    found: dict[str, Any] = answer.json()
    return found


def open_pledge(access: dict[str, Any], reference: str) -> None:
    """Pledge a million rupiah with the portal's key."""
    body = {"resource": {"kind": "cash"}, "quantity": 1_000_000, "fund": "csr", "zakat": False}
    body |= {"strategy": "reduce_burden", "restrictions": {}, "opens_on": "2026-01-01"}
    _pledges(access, "POST", json=body | {"reference": reference})


def pledge_references(access: dict[str, Any]) -> list[str]:
    """Return the references of the portal's pledges."""
    return [pledge["reference"] for pledge in _pledges(access, "GET")["data"]]


@pytest.mark.timeout(300)
def test_an_empty_system_starts_stops_in_order_and_goes_on_where_it_was(run: Run, tmp_path: Path) -> None:
    base, data = free_port_base(), tmp_path / "data"
    process = run("--demo", "none", port_base=base)
    access = wait_for_access(process, data)
    assert stat.S_IMODE((data / "access.json").stat().st_mode) == 0o600
    assert access["urls"]["reporting"] == f"http://127.0.0.1:{base + 3}"

    for role in access["accounts"]:
        sign_in(access, role)
    assert pledge_references(access) == []
    open_pledge(access, "one")

    taken = run("--demo", "none", port_base=base)
    assert taken.wait(60) == 1
    assert taken.stderr is not None
    assert "already runs on" in taken.stderr.read()

    assert stop(process) == 0
    again = run("--demo", "none", port_base=base)
    kept = wait_for_access(again, data)
    assert kept == access
    assert pledge_references(access) == ["one"]
    assert stop(again) == 0


def _reporting(data: Path, statement: str) -> list[tuple[Any, ...]]:
    """Run a statement in the running instance's database of reporting."""
    with psycopg.connect(url_of(data / "postgres", "helix_reporting")) as connection:
        done = connection.execute(statement)
        return done.fetchall() if done.description else []


@pytest.mark.timeout(300)
def test_figures_counted_by_older_rules_are_counted_anew_at_the_next_start(run: Run, tmp_path: Path) -> None:
    base, data = free_port_base(), tmp_path / "data"
    process = run("--demo", "none", port_base=base)
    open_pledge(wait_for_access(process, data), "one")
    deadline = time.monotonic() + READY_SECONDS
    while not (before := _reporting(data, "SELECT version, rules FROM applied WHERE rules > 0")):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert _reporting(data, "SHOW log_error_verbosity") == [("terse",)]
    _reporting(data, "UPDATE applied SET rules = rules - 1")
    assert stop(process) == 0
    again = run("--demo", "none", port_base=base)
    wait_for_access(again, data)
    assert again.stdout is not None
    assert any(line.startswith("Counting the figures anew is done.") for line in again.stdout)
    ((version, rules),) = _reporting(data, "SELECT version, rules FROM applied")
    assert (version > before[0][0], rules) == (True, before[0][1])
    assert stop(again) == 0


@pytest.mark.timeout(300)
def test_a_killed_process_is_started_again_and_a_taken_port_is_told(run: Run, tmp_path: Path) -> None:
    base = free_port_base()
    process = run("--demo", "none", port_base=base)
    wait_for_access(process, tmp_path / "data")
    other = subprocess.run(
        [*HELIX, "run", "--demo", "none", "--data", str(tmp_path / "other"), "--port-base", str(base)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert other.returncode == 1
    assert f"Port {base + 1} is taken" in other.stderr
    assert "Traceback" not in other.stderr
    assert not (tmp_path / "other").exists()

    workers = subprocess.run(
        ["pgrep", "-P", str(process.pid), "-f", "helix programs worker"],
        capture_output=True,
        text=True,
        check=True,
    )
    subprocess.run(["kill", "-KILL", workers.stdout.split()[0]], check=True)
    assert process.stdout is not None
    assert any("programs-worker was killed (SIGKILL)" in line for line in iter(process.stdout.readline, ""))
    postmaster = (tmp_path / "data" / "postgres" / "postmaster.pid").read_text().split()[0]
    subprocess.run(["kill", "-KILL", postmaster], check=True)
    assert any("PostgreSQL has ended and is started" in line for line in iter(process.stdout.readline, ""))
    deadline = time.monotonic() + 60
    while requests.get(f"http://127.0.0.1:{base + 1}/readyz", timeout=10).status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert stop(process) == 0


@pytest.mark.timeout(400)
def test_the_demonstration_reaches_a_delivery_in_the_public_figures(run: Run, tmp_path: Path) -> None:
    process = run(port_base=free_port_base())
    access = wait_for_access(process, tmp_path / "data")
    summary: dict[str, Any] = {}
    deadline = time.monotonic() + 240
    # The first are helped while the rest of the registry is still on its way.
    while not ((summary.get("funding") or {}).get("delivered") and summary["headline"]["people"] > 7000):
        assert time.monotonic() < deadline, (tmp_path / "data" / "logs" / "demo.log").read_text()[-3000:]
        time.sleep(1)
        summary = requests.get(f"{access['urls']['reporting']}/v1/summary", timeout=10).json()
    assert summary["synthetic"] is True
    assert stop(process) == 0
    refused = [
        line for line in (tmp_path / "data" / "logs" / "demo.log").read_text().splitlines() if ": 4" in line
    ]
    assert refused == []

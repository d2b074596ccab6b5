"""What the launcher hands to the processes and to those who build on it."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from helix.cli import commands
from helix.local import accounts
from helix.local.environment import Places, environment, urls_of
from helix.local.failure import CannotRun
from helix.local.folder import DataFolder
from helix.local.launcher import Instance, Launch
from helix.local.ports import require_free
from helix.local.processes import Processes
from helix.local.progress import Progress, sentence_of
from helix.local.secrets_file import keep_secrets
from shared import areas
from shared.auth.principal import ROLES
from shared.settings import SERVICES, load

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DataFolder]:
    found = DataFolder(tmp_path)
    found.open()
    yield found
    found.close()


@pytest.fixture
def kept(folder: DataFolder) -> dict[str, Any]:
    return keep_secrets(folder)


def _environment(kept: dict[str, Any]) -> dict[str, str]:
    places = Places(
        urls_of(9000), {s: f"postgresql:///{s}" for s in SERVICES}, "builtin", "postgresql:///log", ""
    )
    return environment(places, kept, synthetic=True, program_folder=Path("/programs"))


def test_secrets_are_made_once(folder: DataFolder, kept: dict[str, Any]) -> None:
    assert keep_secrets(folder) == kept
    assert len({kept["passwords"][role] for role in ROLES}) == len(ROLES)


def test_the_port_base_moves_all_three_services() -> None:
    assert urls_of(8000) == {
        "donations": "http://127.0.0.1:8001",
        "programs": "http://127.0.0.1:8002",
        "reporting": "http://127.0.0.1:8003",
    }
    assert urls_of(9000)["reporting"] == "http://127.0.0.1:9003"


@pytest.mark.parametrize("service", SERVICES)
def test_the_environment_satisfies_the_settings_of_every_service(kept: dict[str, Any], service: str) -> None:
    settings = load(service, _environment(kept))
    assert settings.local
    assert settings.synthetic
    assert settings.public_url == urls_of(9000)[service]
    assert all(entry.count("=") == 1 for entry in settings.trusted_issuers)


def test_no_setting_of_the_caller_leaks_into_the_instance(
    kept: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELIX_STALL_SECONDS", "1")
    monkeypatch.setenv("LANG", "id_ID.UTF-8")
    found = _environment(kept)
    assert "HELIX_STALL_SECONDS" not in found
    assert found["LANG"] == "id_ID.UTF-8"
    assert found["PATH"].startswith("/programs:")


def test_access_json_has_the_shape_that_others_build_on(kept: dict[str, Any]) -> None:
    found = accounts.access(kept, urls_of(8000), "", "an-id")
    assert set(found) == {"urls", "portal", "accounts"}
    assert found["portal"] == {"stakeholder": "an-id", "key": kept["portal_key"]}
    assert found["portal"]["key"].startswith("hlx_live_")
    assert set(found["accounts"]) == {"donor", "tksk", "verifier", "approver", "planner", "auditor", "admin"}
    assert all(set(account) == {"username", "password", "service"} for account in found["accounts"].values())
    assert accounts.access(kept, urls_of(8000), "127.0.0.1:9092", "an-id")["bootstrap"] == "127.0.0.1:9092"


def test_every_sub_district_has_a_social_worker_in_the_demonstration(kept: dict[str, Any]) -> None:
    assert set(accounts.demo_accounts(kept)) == set(areas.subdistricts())
    asked = accounts.bootstrap_input("programs", kept, every_tksk=True)["accounts"]
    workers = {account["area"]: account["username"] for account in asked if account["role"] == "tksk"}
    assert workers.keys() == areas.subdistricts().keys()
    assert workers["35.17.01"] == "tksk"
    few = accounts.bootstrap_input("programs", kept, every_tksk=False)["accounts"]
    assert [account["area"] for account in few if account["role"] == "tksk"] == ["35.17.01"]


def test_a_taken_port_is_named_with_a_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotRun, match=rf"Port {port} is taken .* PORT_BASE=9000"):
            require_free([port], port_base=8000)
    require_free([port], port_base=8000)


def test_a_port_base_that_leaves_no_room_is_refused() -> None:
    answer = CliRunner().invoke(commands, ["run", "--port-base", "70000"])
    assert answer.exit_code == 2
    assert "70000 is not in the range" in answer.output


def test_progress_tells_the_funnel_in_one_line_and_keeps_small_numbers_small() -> None:
    summary = {
        "funnel": {
            "registered": 2570,
            "verified": 120,
            "matched": {"value": None, "suppressed": True},
            "delivered": None,
        },
        "funding": {"delivered": 12_500_000},
    }
    assert sentence_of(summary) == (
        "households: 2,570 on the list, 120 verified, <10 matched, <10 delivered; Rp12,500,000 delivered"
    )


def _launched(tmp_path: Path, play: str) -> tuple[Instance, Processes]:
    """Return a launcher whose demonstration is one command, and what it watches."""
    instance = Instance(Launch("builtin", True, 9000, tmp_path), threading.Event(), ExitStack())
    processes = Processes(tmp_path, {})
    child = processes.start("demo", ["sh", "-c", play], errand=True)
    assert child.process is not None
    child.process.wait(timeout=20)
    return instance, processes


def test_the_end_of_the_demonstration_is_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    instance, processes = _launched(tmp_path, "exit 0")
    for _ in range(2):
        for ended in processes.take_ended_errands():
            instance._tell_of(*ended)
    said = capsys.readouterr().out
    assert said.count("The demonstration has played to its end; the system stays up") == 1
    assert str(tmp_path / "access.json") in said


@pytest.mark.parametrize(
    ("played", "said"),
    [
        (None, "for about half an hour"),
        ({"visits": 100, "ended": False}, "on from where it stopped"),
        ({"visits": 900, "ended": True}, "has played to its end before"),
    ],
)
def test_how_long_the_demonstration_plays_is_told_as_it_is(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    played: dict[str, Any] | None,
    said: str,
) -> None:
    instance, processes = _launched(tmp_path, "exit 0")
    if played is not None:
        (tmp_path / "demo-builtin.json").write_text(json.dumps(played))
    started: list[Processes] = []
    monkeypatch.setattr(instance, "_start_demo", started.append)
    instance._go_on_with_demo(processes)
    told = capsys.readouterr().out
    assert said in told
    assert ("half an hour" in told) == (played is None)
    assert bool(started) != (played is not None and played["ended"])


def test_a_demonstration_that_fails_says_why_and_where_its_log_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    instance, processes = _launched(tmp_path, "echo nobody came; exit 3")
    for ended in processes.take_ended_errands():
        instance._tell_of(*ended)
    said = capsys.readouterr().out
    assert "The demonstration ended with code 3: nobody came" in said
    assert str(tmp_path / "demo.log") in said


def test_a_file_gets_a_line_of_progress_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress("http://127.0.0.1:9")
    for visited in range(5):
        progress._show(f"{visited} verified")
    assert capsys.readouterr().out == "0 verified\n"


def test_fresh_secrets_name_each_variable_that_the_compose_file_requires() -> None:
    required = set(re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "docker-compose.yml").read_text()))
    printed = CliRunner().invoke(commands, ["secrets", "--public-url", "https://helix.example.org"]).output
    values = dict(line.split("=", 1) for line in printed.splitlines())
    assert required <= set(values)
    assert values["HELIX_LOCAL"] == "0"
    assert json.loads(values["HELIX_DONATIONS_SIGNING_KEY"]).startswith("-----BEGIN PRIVATE KEY-----\n")

"""docker-compose.yml asks for what the code has: commands, settings, services that exist."""

import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from helix.cli import commands
from helix.compose_secrets import lines
from shared.settings import SERVICES, declared, load

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def secrets() -> dict[str, str]:
    """Return what .env holds, as compose reads it."""
    pairs = (line.split("=", 1) for line in lines("https://helix.example.org"))
    return {name: value.strip('"').replace("\\n", "\n") for name, value in pairs}


def _interpolated(text: str, values: dict[str, str]) -> str:
    return re.sub(
        r"\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}", lambda found: values.get(found[1]) or found[2] or "", text
    )


def _ours(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: each for name, each in compose["services"].items() if str(each["image"]).startswith("helix:")
    }


def test_every_service_has_a_web_a_worker_and_a_migration(compose: dict[str, Any]) -> None:
    expected = {f"{service}-{part}" for service in SERVICES for part in ("web", "worker", "migrate")}
    assert set(_ours(compose)) == expected | {"topics", "backup"}


def test_every_command_exists(compose: dict[str, Any]) -> None:
    for each in _ours(compose).values():
        first, second = each["command"][:2]
        found = commands.get_command(click.Context(commands), first)
        assert found is not None
        if isinstance(found, click.Group):
            assert found.get_command(click.Context(found), second) is not None


def test_every_process_gets_settings_that_load(compose: dict[str, Any], secrets: dict[str, str]) -> None:
    for name, each in _ours(compose).items():
        given = {key: _interpolated(str(value), secrets) for key, value in each["environment"].items()}
        service = name.partition("-")[0]
        settings = load(service if service in SERVICES else "reporting", given)
        assert settings.bus == "kafka"
        assert not settings.local


def test_no_setting_is_given_that_does_not_exist(compose: dict[str, Any]) -> None:
    known = {
        variable.replace("{service}", service.upper())
        for variable, _, _ in declared()
        for service in SERVICES
    }
    given = {key for each in _ours(compose).values() for key in each["environment"]}
    assert given <= known


def test_no_secret_has_a_default(compose: dict[str, Any]) -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    secret = re.findall(r"\$\{(\w*(?:PASSWORD|KEY)\w*)([^}]*)\}", text)
    assert secret
    assert {rest[:2] for _, rest in secret} == {":?"}


def test_only_the_proxy_can_be_reached_from_outside(compose: dict[str, Any]) -> None:
    assert {name for name, each in compose["services"].items() if "ports" in each} == {"proxy"}


def test_web_processes_and_only_they_of_ours_have_a_health_check(compose: dict[str, Any]) -> None:
    checked = {name for name, each in _ours(compose).items() if "healthcheck" in each}
    assert checked == {f"{service}-web" for service in SERVICES}

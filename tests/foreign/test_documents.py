"""The documents of the API, as the programs of others read them: Spectral with OWASP's rules, and Redocly."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from shared.settings import SERVICES
from tests.foreign.conftest import HERE, Tool

pytestmark = pytest.mark.slow

COMMITTED = HERE.parents[1] / "docs" / "api"


@pytest.fixture(params=["committed", "served"])
def documents(request: pytest.FixtureRequest, make_app: Callable[..., Flask], tmp_path: Path) -> list[Path]:
    """The three documents, as they are kept and as the services give them."""
    if request.param == "committed":
        return sorted(COMMITTED.glob("*.json"))
    for service in SERVICES:
        # As people reach it: through a proxy that speaks HTTPS.
        app = make_app(service, **{f"HELIX_{service.upper()}_URL": f"https://{service}.example"})
        served = app.test_client().get("/openapi.json")
        (tmp_path / f"{service}.json").write_text(served.text, "utf-8")
    return sorted(tmp_path.glob("*.json"))


def test_spectral_finds_nothing_by_its_own_rules_nor_by_those_of_owasp(
    tool: Tool, documents: list[Path]
) -> None:
    assert len(documents) == 3
    result = tool("spectral", "lint", "--ruleset", "spectral.yaml", "--format", "json", "--quiet", *documents)
    found = [
        f"{Path(one['source']).name} {'.'.join(map(str, one['path']))}: {one['code']}"
        for one in json.loads(result.stdout)
    ]
    assert found == []
    assert result.returncode == 0, result.stderr


def test_redocly_finds_nothing_by_its_recommended_rules(tool: Tool, documents: list[Path]) -> None:
    assert len(documents) == 3
    for document in documents:
        result = tool("redocly", "lint", "--extends", "recommended", "--format", "json", document)
        found: Any = json.loads(result.stdout)["problems"]
        assert [f"{problem['ruleId']}: {problem['message']}" for problem in found] == []
        assert result.returncode == 0, result.stderr

"""Files stand where a stranger looks for them, and hold what they may."""

import ast
import re
from pathlib import Path

import pytest

from shared.settings import SERVICES

ROOT = Path(__file__).parents[2]

# What a feature folder may hold, from the top down: each imports only from those after it.
ROLES = ("pages", "api", "handlers", "operations", "schemas", "queries", "models", "domain")
RANK = {
    "pages": 4,
    "api": 4,
    "handlers": 4,
    "operations": 3,
    "schemas": 3,
    "queries": 2,
    "models": 1,
    "domain": 0,
}
LONGEST = 300


def _features() -> list[Path]:
    folders = [folder for service in SERVICES for folder in (ROOT / "services" / service).iterdir()]
    return sorted(
        folder for folder in folders if (folder / "__init__.py").exists() and folder.name != "migrations"
    )


@pytest.mark.parametrize("feature", _features(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_feature_holds_only_files_of_the_closed_list(feature: Path) -> None:
    assert {file.stem for file in feature.glob("*.py")} <= {*ROLES, "__init__"}


@pytest.mark.parametrize("feature", _features(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_imports_between_features_point_down(feature: Path) -> None:
    upwards = [
        f"{file.name} imports {module}"
        for file in feature.glob("*.py")
        for module in _imported(file)
        if RANK.get(module.rsplit(".", 1)[-1], -1) > RANK.get(file.stem, 9)
    ]
    assert upwards == []


@pytest.mark.parametrize("feature", _features(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_is_read_and_written_is_stated_below_the_routes(feature: Path) -> None:
    """Routes choose, order and page what is selected there; they begin no statement."""
    stated = [
        f"{file.name} imports {alias.name}"
        for file in feature.glob("*.py")
        if file.stem in {"api", "pages"}
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for alias in node.names
        if alias.name in {"select", "insert", "update", "delete", "text"}
    ]
    assert stated == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_its_app_its_commands_and_its_migrations(service: str) -> None:
    folder = ROOT / "services" / service
    assert (folder / "app.py").exists()
    assert (folder / "cli.py").exists()
    assert list((folder / "migrations" / "versions").glob("0001_*.py"))


def test_no_file_is_named_for_what_does_not_fit_elsewhere(committed_files: list[Path]) -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
    assert [file for file in committed_files if file.suffix == ".py" and file.stem in vague] == []


def test_no_file_is_too_long_to_read_in_one_sitting(committed_files: list[Path]) -> None:
    long = {
        str(file.relative_to(ROOT)): lines
        for file in committed_files
        if file.suffix == ".py" and "versions" not in file.parts
        if (lines := len(file.read_text("utf-8").splitlines())) > LONGEST
    }
    assert long == {}


def test_nothing_unfinished_or_foreign_is_committed(committed_files: list[Path]) -> None:
    # Put together here, so that this file does not hold them itself.
    unwanted = re.compile(
        "|".join(
            [
                "TO" + "DO",
                "FIX" + "ME",
                "NotImplemented" + "Error",
                r"mark\.sk" + "ip",
                r"mark\.xf" + "ail",
                r"(?<![\w.])/wo" + r"rk/",
                r"\.\./sh" + "ared",
                r"files\.python" + "hosted",
                "pypi" + r"\.org",
            ]
        )
    )
    text = {".py", ".md", ".html", ".toml", ".yml", ".yaml", ".sh", ".css", ".lock", ".conf", ""}
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in committed_files
        if file.suffix in text and file != Path(__file__) and "static" not in file.parts
        for number, line in enumerate(file.read_text("utf-8", errors="replace").splitlines(), start=1)
        if unwanted.search(line)
    ]
    assert found == []


def test_only_the_bus_speaks_kafka(committed_files: list[Path]) -> None:
    found = [
        str(file.relative_to(ROOT))
        for file in _program(committed_files)
        if {module.split(".")[0] for module in _imported(file)} & {"kafka"} and "bus" not in file.parts
    ]
    assert found == []


def test_only_the_settings_read_the_environment(committed_files: list[Path]) -> None:
    reading = re.compile(r"\bos\.(environ|getenv)\b|from os import .*(environ|getenv)")
    found = {
        str(file.relative_to(ROOT))
        for file in _program(committed_files)
        if reading.search(file.read_text("utf-8"))
    }
    # A docstring tells what is done there; the migrations' environment is Alembic's word.
    assert found == {"shared/settings.py"}


def _program(committed_files: list[Path]) -> list[Path]:
    return [
        file
        for file in committed_files
        if file.suffix == ".py" and file.relative_to(ROOT).parts[0] not in {"tests", "bench"}
    ]


def _imported(file: Path) -> list[str]:
    tree = ast.parse(file.read_text("utf-8"))
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
            # `from services.x.pledges import queries` imports a module by its name.
            names += [
                f"{node.module}.{alias.name}" for alias in node.names if node.module.startswith("services.")
            ]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return [name for name in names if name.startswith(("services.", "kafka"))]

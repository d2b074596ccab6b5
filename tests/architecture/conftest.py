"""The services as they are put together, and the files of the repository."""

import importlib
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from flask import Flask

from helix.example_settings import example_settings
from shared.service import Service

ROOT = Path(__file__).parents[2]


@cache
def _app(service: str) -> Flask:
    found: Flask = importlib.import_module(f"services.{service}.app").create_app(example_settings(service))
    return found


@pytest.fixture
def app_of() -> Callable[[str], Flask]:
    """Return a function that gives a service's app, connected to nothing."""
    return _app


@pytest.fixture
def parts_of() -> Callable[[str], Service]:
    """Return a function that gives what a service consists of."""

    def parts(service: str) -> Service:
        found: Service = importlib.import_module(f"services.{service}.app").SERVICE
        return found

    return parts


@pytest.fixture(scope="session")
def committed_files() -> list[Path]:
    """Return every file of the repository: what is committed, and what is about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]

"""What must be done before the services can work: databases brought up to date, topics, first accounts.

All of it in one process: each that starts pays for importing the services.
"""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from helix.topics import apply
from shared.migrations import upgrade
from shared.settings import SERVICES, Settings, load


def prepare(given: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Prepare every service; return what each service's `bootstrap` answered to what it was given."""
    answers: dict[str, dict[str, str]] = {}
    for service in SERVICES:
        settings = load(service)
        app_module = importlib.import_module(f"services.{service}.app")
        upgrade(settings.database_url, Path(str(app_module.__file__)).parent / "migrations")
        if service in given:
            commands = importlib.import_module(f"services.{service}.cli")
            answers[service] = commands.bootstrap(app_module.create_app(settings), given[service])
    apply(load(SERVICES[0]))
    _refold(load("reporting"))
    return answers


def _refold(settings: Settings) -> None:
    """Fold every event anew where this version counts otherwise than the one that ran here before."""
    reporting = importlib.import_module("services.reporting.cli")
    if reporting.is_rebuild_needed(settings):
        reporting.rebuild_now(settings)

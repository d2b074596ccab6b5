"""What must be done before the services can work: databases brought up to date, topics, first accounts.

All of it in one process: each that starts pays for importing the services.
"""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from helix.topics import apply
from shared.migrations import upgrade
from shared.settings import SERVICES, load


def prepare(given: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Prepare every service; return what each one's `bootstrap` answered, and whether reporting wants a rebuild."""
    answers: dict[str, dict[str, str]] = {}
    for service in SERVICES:
        settings = load(service)
        app_module = importlib.import_module(f"services.{service}.app")
        upgrade(settings.database_url, Path(str(app_module.__file__)).parent / "migrations")
        if service in given:
            commands = importlib.import_module(f"services.{service}.cli")
            answers[service] = commands.bootstrap(app_module.create_app(settings), given[service])
    apply(load(SERVICES[0]))
    # It takes as long as there are events, so it is done once everything runs.
    reporting = importlib.import_module("services.reporting.cli")
    needed = reporting.is_rebuild_needed(load("reporting"))
    return answers | {"reporting": {"rebuild": "needed" if needed else "not needed"}}

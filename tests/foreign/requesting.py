"""Schemathesis, aimed at a running Helix: its settings know ids that exist, so that requests come beyond 404."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from shared import areas, clock
from tests.foreign.conftest import HERE
from tests.foreign.journey import Journey

_AREAS = ["35.17", "35.17.01", "35.17.02", "35.17.01.2001", "35.17.01.2002", "35.17.02.2001"]
# Which parameter takes which kind of thing; beside these, values of every other sort are tried too.
_PLACES = {
    "pledge": ["path.pledge_id", "query.pledge"],
    "allocation": ["path.allocation_id", "path.allocation", "query.allocation", "body.allocation"],
    "stakeholder": ["path.stakeholder_id", "query.stakeholder"],
    "contribution": ["path.contribution_id", "query.contribution"],
    "receipt": ["path.receipt_id"],
    "household": ["path.household", "query.household"],
    "visit": ["path.visit"],
    "need": ["path.need", "query.need"],
    "delivery": ["path.delivery"],
    "import": ["path.job"],
    "key": ["path.key_id"],
    "area": ["path.code", "query.area", "query.desa", "body.restrictions.areas[*]"],
    "village": ["body.desa"],
    "indicator": ["path.identity"],
    "day": ["body.opens_on", "body.expires_on", "body.paid_on", "body.due_on", "body.valid_until"],
    "instant": ["body.visited_at", "body.handed_over_at"],
    "birth": ["body.members[*].born_on"],
    "version": ["header.If-Match"],
    "vintage": ["body.decile.vintage"],
}
_PROBABILITY = 0.8

# Two threads that parse source at once can confuse Python 3.11 (python/cpython#106905), and schemathesis parses with
# two. That says nothing of an answer, so all of it is sent again; it must come through without.
_TOOL_BROKE = "AST constructor recursion depth mismatch"
_TRIES = 3


def settings_toml(made: dict[str, list[str]]) -> str:
    """Return schemathesis' settings, with what exists for each parameter that names a thing."""
    known = {kind: made.get(kind, []) for kind in _PLACES} | _values()
    lines = ['hooks = "tests.foreign.callers"']
    for kind, values in known.items():
        if values:
            lines += [f"[dictionaries.{kind}]", f"values = {json.dumps(values)}"]
    lines.append("[parameters]")
    for kind, places in _PLACES.items():
        binding = f'{{dictionary = "{kind}", probability = {_PROBABILITY}}}'
        lines += [f'"{place}" = {binding}' for place in places if known[kind]]
    return "\n".join(lines) + "\n" + (HERE / "schemathesis.toml").read_text("utf-8")


def _values() -> dict[str, list[str]]:
    today = clock.today()
    now = clock.now()
    return {
        "area": _AREAS,
        "village": [area for area in _AREAS if areas.is_village(area)],
        "indicator": ["listed_people", "share_of_the_way", "poverty_line"],
        "day": [(today + timedelta(days=days)).isoformat() for days in (-1, 0, 1, 30, 300)],
        "instant": [(now - timedelta(hours=hours)).isoformat() for hours in (0, 5)],
        "birth": ["1950-03-04", "1990-01-31", "2023-05-06"],
        "version": ['"1"', '"2"', '"3"', "*"],
        "vintage": ["2023", "2024"],
    }


def send(journey: Journey, service: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Have schemathesis send requests to a service; where an answer breaks its document, it says so and fails."""
    folder.mkdir()
    config = folder / "schemathesis.toml"
    config.write_text(settings_toml(journey.made), "utf-8")
    access = f"HELIX_TEST_ACCESS={journey.running.data / 'access.json'}"
    command = [
        "env",
        access,
        f"PYTHONPATH={HERE.parents[1]}",
        str(Path(sys.executable).parent / "schemathesis"),
    ]
    command += [
        "--config-file",
        str(config),
        "run",
        f"{journey.running.access['urls'][service]}/openapi.json",
    ]
    command += ["--phases", "coverage,fuzzing,stateful", "--workers", "2", "--no-color", *options]
    for _ in range(_TRIES):
        result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
        if _TOOL_BROKE not in result.stdout:
            break
    return result


def answered(report: Path) -> Iterator[tuple[str, int]]:
    """Yield the operation and the status of each request that was of the operation's own method."""
    for line in report.read_text("utf-8").splitlines():
        recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder", {})
        for case, exchange in recorder.get("interactions", {}).items():
            label = recorder["label"]
            asked: Any = recorder["cases"][case]["value"]
            if exchange.get("response") and label == f"{asked['method']} {asked['path']}":
                yield label, exchange["response"]["status_code"]

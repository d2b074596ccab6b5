"""Helix as others see it: on real Kafka after a journey, and through the programs that they read it with."""

import json
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.running import start
from tests.foreign.journey import Journey, travel

HERE = Path(__file__).parent
TOOLS = HERE / "node_modules" / ".bin"

Tool = Callable[..., subprocess.CompletedProcess[str]]
Record = dict[str, Any]


@pytest.fixture(scope="session")
def tool() -> Tool:
    """Return a function that runs one of the programs of package.json, on the Node that came with them."""
    assert TOOLS.is_dir(), "run deploy/local/test-tools, which installs what package.json lists"

    def run(name: str, *arguments: object, given: str | None = None) -> subprocess.CompletedProcess[str]:
        command = ["env", f"PATH={TOOLS}:/usr/local/bin:/usr/bin:/bin", "REDOCLY_TELEMETRY=off", name]
        return subprocess.run(
            command + [str(one) for one in arguments],
            cwd=HERE,
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """Give a Helix on real Kafka that a journey has gone through."""
    data = tmp_path_factory.mktemp("helix-foreign") / "data"
    instance = start("kafka", data)
    yield travel(instance)
    instance.process.send_signal(signal.SIGINT)
    assert instance.process.wait(timeout=60) == 0, (data.parent / "run.log").read_text()


def read_as_cloud_events(tool: Tool, records: Iterable[Record]) -> list[dict[str, Any]]:
    """Return each record as the SDK of CloudEvents understands it; what it refuses has a `fault`."""
    result = tool("node", "cloud_events.cjs", given="\n".join(map(json.dumps, records)))
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]

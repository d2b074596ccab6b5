"""What the README tells a portal to type works as it stands."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.e2e.running import Running

pytestmark = pytest.mark.slow

README = Path(__file__).parents[2] / "README.md"


def test_the_portal_example_pledges_and_shows_what_became_of_it(running: Running) -> None:
    (block,) = re.findall(r"```sh\n(read -r URL KEY.*?)```", README.read_text(), re.DOTALL)
    environment = os.environ | {"HELIX_DATA": str(running.data)}  # noqa: TID251
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    decoder = json.JSONDecoder()
    allocations, end = decoder.raw_decode(done.stdout)
    timeline, _ = decoder.raw_decode(done.stdout[end:].lstrip())
    assert allocations["object"] == "list"
    assert len(timeline["data"]) >= 1

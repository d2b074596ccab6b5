"""No dependency that is installed anywhere is known to be vulnerable."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.foreign.conftest import HERE

ROOT = HERE.parents[1]
LOCKS = ["requirements.lock", "requirements-run.lock", "deploy/requirements.lock"]
# Known to be vulnerable for years: who does not know it, knows nothing.
CANARY = "jinja2==2.10\n"


def audit(requirements: Path) -> Any:
    """Return what PyPI's advisories say of each pin."""
    command = [str(Path(sys.executable).parent / "pip-audit"), "--requirement", str(requirements)]
    command += ["--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=170, check=False)
    if not told.stdout and "ConnectionError" in told.stderr:
        return []
    assert told.stdout, told.stderr
    return json.loads(told.stdout)["dependencies"]


@pytest.fixture(scope="module")
def _advisories(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Make sure that the advisories are there to be asked.

    A mirror of PyPI may hold the packages without them; pip-audit then passes over each package and
    calls the result clean. There, and without a network, the audit is told as one that was not made,
    loudly, and does not fail: nobody who changes the code can mend it. Where the advisories are there,
    every pin must have been looked up.
    """
    canary = tmp_path_factory.mktemp("canary") / "requirements.txt"
    canary.write_text(CANARY, "utf-8")
    if not any(one.get("vulns") for one in audit(canary)):
        pytest.xfail("NOT AUDITED: the package index that is reached from here knows no advisories")


@pytest.mark.slow
@pytest.mark.usefixtures("_advisories")
@pytest.mark.parametrize("lock", LOCKS)
def test_no_pin_is_known_to_be_vulnerable(lock: str) -> None:
    pins = audit(ROOT / lock)
    assert len(pins) > 20
    assert [pin for pin in pins if "vulns" not in pin] == [], "these were not looked up"
    found = {
        f"{pin['name']} {pin['version']}": [one["id"] for one in pin["vulns"]] for pin in pins if pin["vulns"]
    }
    assert found == {}

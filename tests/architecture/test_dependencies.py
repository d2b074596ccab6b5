"""What only measures and tests need is not needed to run."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]

_IMPORT_ALL = """
import importlib, json, pkgutil, sys
missing = json.loads(sys.argv[1])
# Whoever imports them finds nothing.
sys.modules.update(dict.fromkeys(missing))
failed = []
for root in ("services", "shared", "helix"):
    for found in pkgutil.walk_packages([root], f"{root}."):
        if ".migrations" in found.name or found.name.endswith("__main__"):
            continue
        try:
            importlib.import_module(found.name)
        except ModuleNotFoundError as error:
            failed.append(found.name)
print(json.dumps(failed))
"""
_BATCH = {"batch", "compiled", "expand", "labels", "market", "network"}


def test_services_run_without_what_the_batch_is_compiled_with() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    missing = [stated.partition(">=")[0] for stated in project["optional-dependencies"]["batch"]]
    assert missing
    command = [sys.executable, "-c", _IMPORT_ALL, json.dumps(missing)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    failed = set(json.loads(run.stdout))
    assert failed == {f"services.programs.matching.engine.{name}" for name in _BATCH}

"""A trial of the tests: one protection is taken away in a copy of the code, and the tests named must fail."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

# A mutant may wait for what never comes; what does not end has not passed.
SECONDS = 400


@dataclass(frozen=True, slots=True)
class Trial:
    """What is taken away (`old` in `path` becomes `new`), which promise it keeps, and who must notice."""

    name: str
    promise: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]

    def mutated(self, text: str) -> str:
        """Return the file without the protection; raises ValueError unless it is there just once."""
        if text.count(self.old) != 1:
            raise ValueError(f"{self.name}: {self.path} has this {text.count(self.old)} times: {self.old!r}")
        return text.replace(self.old, self.new)


@contextmanager
def copied() -> Iterator[Path]:
    """Make a copy of all that is committed or about to be, for as long as it is needed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    with tempfile.TemporaryDirectory(prefix="helix-trial-") as folder:
        copy = Path(folder)
        for name in filter(None, listed.stdout.decode().split("\0")):
            if (ROOT / name).is_file():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, copy / name)
        yield copy


def failure_of(copy: Path, tests: Sequence[str]) -> str | None:
    """Run tests in the copy up to the first that fails; return the last it said, or None where all passed.

    Raises ValueError where pytest found none to run.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "not browser", *tests]
    environment = {**os.environ, "PYTHONPATH": str(copy)}  # noqa: TID251 - a run of the tests by itself
    try:
        run = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"no end after {SECONDS} s"
    if run.returncode not in (0, 1):
        raise ValueError(f"pytest could not run {' '.join(tests)}:\n{run.stdout}{run.stderr}")
    told = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return "; ".join(told or run.stdout.splitlines()[-1:]) if run.returncode else None

"""Helix as `make run` starts it, with its demonstration, in an empty folder."""

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running(port_base: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Start it; stop it and forget everything at the end."""
    with tempfile.TemporaryDirectory(prefix="helix-bench-") as folder:
        command = [sys.executable, "-m", "helix", "run", "--data", str(Path(folder) / "data")]
        process = subprocess.Popen([*command, "--port-base", str(port_base)], stdout=subprocess.DEVNULL)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)

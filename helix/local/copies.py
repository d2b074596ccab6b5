"""Processes that begin as copies of this one, which has imported the services: at once, and in little memory."""

import ctypes
import gc
import importlib
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence

from setproctitle import setproctitle

from helix.parent import die_with_parent
from shared.settings import SERVICES, adopt

PROGRAM = "helix"

# What the commands import only when they are asked for.
_PARTS = (
    "helix.local.preparation",
    "helix.web_server",
    "helix.web_worker",
    "helix.worker_process",
    "demo.play",
)

_ARENAS = -8  # M_ARENA_MAX of mallopt(3)
_MORE_THAN_ARE_OPEN = 4096


def import_services() -> None:
    """Import what the processes are made of, and keep the collector from touching pages that all share."""
    services = [f"services.{service}.{module}" for service in SERVICES for module in ("app", "cli")]
    for module in (*services, *_PARTS):
        importlib.import_module(module)
    gc.collect()
    gc.freeze()


def can_copy() -> bool:
    """Tell whether this process can be copied: not every system's libraries outlive it, and no other thread does."""
    return sys.platform == "linux" and threading.active_count() == 1


class Copy:
    """A `helix` command in a copy of this process; what `subprocess.Popen` is to a program, as far as is needed."""

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], streams: tuple[int, int, int]
    ) -> None:
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            _become(arguments, environment, streams)

    def poll(self) -> int | None:
        """Return its exit code if it has ended; below zero is the signal that killed it."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def wait(self, timeout: float = 3600.0) -> int:
        """Wait until it has ended; raise TimeoutExpired after so many seconds."""
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(PROGRAM, timeout)
            time.sleep(0.02)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def _become(arguments: Sequence[str], environment: Mapping[str, str], streams: tuple[int, int, int]) -> None:
    """Leave behind what is the launcher's: terminal, signals, files, locks; then do what is asked, and end."""
    code = 1
    try:
        os.setsid()
        die_with_parent()
        if sys.platform == "linux":
            # What MALLOC_ARENA_MAX is to a program that is started.
            ctypes.CDLL(None).mallopt(_ARENAS, 2)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        for target, stream in enumerate(streams):
            os.dup2(stream, target)
        os.closerange(3, _MORE_THAN_ARE_OPEN)
        sys.stdin = open(0, closefd=False)  # noqa: SIM115 - it lasts as long as the process
        # So that it can be told apart from outside, and killed by name.
        setproctitle(" ".join(arguments))
        adopt(environment)
        _run(arguments[1:])
        code = 0
    except SystemExit as end:
        code = _code_of(end)
    except BaseException:  # noqa: BLE001 - there is nobody above: what is raised here would run the launcher twice
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _run(arguments: Sequence[str]) -> None:
    from helix.cli import main

    main(arguments)


def _code_of(end: SystemExit) -> int:
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    sys.stderr.write(f"{end.code}\n")
    return 1

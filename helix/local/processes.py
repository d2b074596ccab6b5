"""The processes of the Procfile: started, watched, started again if they die, stopped together."""

import os
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from helix.local.copies import PROGRAM, Copy
from helix.local.failure import CannotRun
from helix.parent import die_with_parent

_TOO_OFTEN = 3
_WITHIN_SECONDS = 60.0


@dataclass
class Child:
    """One process, its log, and when it was last started. An `errand` ends by itself, once it is done."""

    name: str
    arguments: list[str]
    log: Path
    errand: bool = False
    process: subprocess.Popen[bytes] | Copy | None = None
    starts: list[float] = field(default_factory=list)

    def ended(self) -> int | None:
        """Return its exit code if it has ended; below zero is the signal that killed it."""
        return None if self.process is None else self.process.poll()


def read_procfile(path: Path) -> dict[str, list[str]]:
    """Return the command of each process of a Procfile."""
    lines = [line for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return {name.strip(): shlex.split(command) for name, command in (line.split(":", 1) for line in lines)}


class Processes:
    """A set of processes that live and end with this one.

    `copying`: this process has imported the services, and has one thread; `helix` commands begin as
    copies of it.
    """

    def __init__(self, logs: Path, environment: Mapping[str, str], *, copying: bool = False) -> None:
        self._logs = logs
        self._environment = dict(environment)
        self._copying = copying
        self._children: dict[str, Child] = {}

    def start(self, name: str, arguments: Sequence[str], *, errand: bool = False) -> Child:
        """Start a process; what it says goes to its log. Only the main thread may start one."""
        child = Child(name, list(arguments), self._logs / f"{name}.log", errand)
        self._children[name] = child
        self._spawn(child)
        return child

    def _spawn(self, child: Child) -> None:
        with child.log.open("ab") as log, Path(os.devnull).open("rb") as nothing:
            child.process = self._begin(child.arguments, nothing, log, log)
        child.starts.append(time.monotonic())

    def _begin(
        self, arguments: list[str], stdin: IO[bytes], stdout: IO[bytes], stderr: IO[bytes]
    ) -> subprocess.Popen[bytes] | Copy:
        if self._copying and arguments[0] == PROGRAM:
            return Copy(arguments, self._environment, (stdin.fileno(), stdout.fileno(), stderr.fileno()))
        return subprocess.Popen(
            arguments,
            env=self._environment,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            # A session of its own: Ctrl-C is for the launcher, which stops them in order.
            start_new_session=True,
            preexec_fn=die_with_parent,
        )

    def revive(self) -> list[str]:
        """Start again what has ended; return a sentence for each.

        Raises CannotRun where one ends again and again: starting it once more would not help.
        """
        said = []
        for child in self._children.values():
            code = child.ended()
            if code is None or child.errand:
                continue
            sentence = f"{child.name} {ending(code)}; its log is {child.log}."
            recent = [at for at in child.starts if time.monotonic() - at < _WITHIN_SECONDS]
            if len(recent) >= _TOO_OFTEN:
                raise CannotRun(f"{sentence} It does so again and again; Helix stops.")
            self._spawn(child)
            said.append(f"{sentence} It was started again.")
        return said

    def take_ended_errands(self) -> list[tuple[Child, int]]:
        """Return the errands that have ended, each with its exit code; they are watched no longer."""
        found = [(child, child.ended()) for child in self._children.values() if child.errand]
        ended = [(child, code) for child, code in found if code is not None]
        for child, _ in ended:
            del self._children[child.name]
        return ended

    def first_ended(self) -> Child | None:
        """Return a process that has ended, if one has."""
        return next((child for child in self._children.values() if child.ended() is not None), None)

    def ask(self, name: str, arguments: Sequence[str], question: str, *, seconds: float) -> str:
        """Run a command to its end with a standard input; return what it printed.

        Raises CannotRun where it fails, with the last thing it said.
        """
        log = self._logs / f"{name}.log"
        with (
            log.open("ab") as errors,
            tempfile.TemporaryFile() as asked,
            tempfile.TemporaryFile() as answered,
        ):
            asked.write(question.encode())
            asked.seek(0)
            process = self._begin(list(arguments), asked, answered, errors)
            try:
                code = process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(seconds)
                raise CannotRun(f"{name} took over {seconds:.0f} s; its log is {log}.") from None
            if code:
                raise CannotRun(f"{name} {ending(code)}: {last_line(log)} Its log is {log}.")
            answered.seek(0)
            return answered.read().decode()

    def find(self, name: str) -> Child | None:
        """Return a watched process."""
        return self._children.get(name)

    def stop(self, *, seconds: float = 15.0) -> None:
        """Ask all to end; kill those that have not after so long."""
        running = [_process(child) for child in self._children.values() if child.ended() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + seconds
        for process in running:
            try:
                process.wait(max(0.05, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(seconds)
        self._children.clear()


def ending(code: int) -> str:
    """Say in words how a process ended."""
    return f"was killed ({signal.Signals(-code).name})" if code < 0 else f"ended with code {code}"


def last_line(log: Path) -> str:
    """Return the last line of a log that says why, cut where it is long."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
    telling = [line for line in lines if line and not line.startswith("(Background on this error")]
    return telling[-1][:300] if telling else ""


def _process(child: Child) -> subprocess.Popen[bytes] | Copy:
    if child.process is None:
        raise RuntimeError(f"{child.name} was never started")
    return child.process

"""The data folder of one machine: secrets, databases, logs. One instance at a time may use it."""

import fcntl
import json
import os
import shutil
from pathlib import Path
from typing import Any, TextIO

from helix.local.failure import CannotRun

NEEDED_BYTES = 600 * 1024 * 1024


def demo_state_of(bus: str) -> str:
    """Return the name of the file that tells how far the demonstration came, and so that the data is invented."""
    return f"demo-{bus}.json"


class DataFolder:
    """A folder, and the files in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.logs = path / "logs"
        self.postgres = path / "postgres"
        self.kafka = path / "kafka"
        self.access = path / "access.json"
        self._lock: TextIO | None = None
        self._is_new = False

    def open(self, *, otherwise: str = "stop it first, or name another folder with HELIX_DATA") -> None:
        """Make the folder if need be and take it for this process; `otherwise` is the advice if it is taken."""
        is_new = not self.path.exists()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = (self.path / "lock").open("a")
        except OSError as error:
            raise CannotRun(f"The data folder {self.path} cannot be written: {error.strerror}.") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise CannotRun(f"Helix already runs on {self.path}; {otherwise}.") from None
        self._is_new = is_new
        self._begin_logs()
        free = shutil.disk_usage(self.path).free
        if free < NEEDED_BYTES:
            self.close()
            raise CannotRun(
                f"The disk of {self.path} has {free // 2**20} MB free; Helix needs {NEEDED_BYTES // 2**20} MB."
            )

    def _begin_logs(self) -> None:
        """Set the logs of the last start aside, so that what a log says is of this one."""
        self.logs.mkdir(exist_ok=True)
        for log in self.logs.glob("*.log"):
            log.replace(log.with_suffix(".log.old"))

    def is_in_use(self) -> bool:
        """Tell whether an instance runs on the folder."""
        try:
            with (self.path / "lock").open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def is_full(self) -> bool:
        """Tell whether the disk has no room left to speak of."""
        return shutil.disk_usage(self.path).free < 16 * 1024 * 1024

    def read(self, name: str) -> Any:
        """Return what the JSON file holds, or None where it is absent."""
        try:
            return json.loads((self.path / name).read_text())
        except FileNotFoundError:
            return None

    def write_private(self, name: str, content: object) -> None:
        """Write the JSON file so that only its owner can read it, whole or not at all."""
        target = self.path / name
        draft = target.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(content, file, indent=2)
            file.write("\n")
        draft.replace(target)

    def close(self) -> None:
        """Give the folder back; a new one in which nothing was kept is deleted again."""
        if self._lock is None:
            return
        if self._is_new and not self._keeps_anything():
            shutil.rmtree(self.path)
        self._lock.close()

    def _keeps_anything(self) -> bool:
        ours = {self.path / "lock", self.logs}
        return not set(self.path.iterdir()) <= ours or any(self.logs.iterdir())

    def forget(self) -> None:
        """Delete the folder with all that is in it, unless an instance runs on it."""
        if not self.path.exists():
            return
        if not (self.path / "lock").exists():
            raise CannotRun(f"{self.path} is not a data folder of Helix; nothing was deleted.")
        self.open(otherwise="nothing was deleted; stop it first")
        shutil.rmtree(self.path)
        self.close()

"""What a backup says of itself. It is written last: a folder without it is no backup."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from helix.backup.failure import CannotBackUp
from shared.bus import Part

FILE = "backup.json"
LOG = "log.gz"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """When it was taken, on which bus, where each partition ended, and what each file must hash to."""

    format: int
    taken_at: str
    bus: str
    ends: Mapping[str, list[int]]
    files: Mapping[str, str]

    @property
    def parts(self) -> dict[Part, int]:
        """Return where each partition ended."""
        return {Part(topic, n): end for topic, ends in self.ends.items() for n, end in enumerate(ends)}


def write(folder: Path, manifest: Manifest) -> None:
    """Complete a backup."""
    with create_private(folder / FILE) as file:
        file.write(json.dumps(asdict(manifest), indent=2).encode() + b"\n")


def read(folder: Path) -> Manifest:
    """Return what a backup says of itself; raise CannotBackUp unless every file is as it was written."""
    try:
        found = Manifest(**json.loads((folder / FILE).read_text()))
    except FileNotFoundError:
        raise CannotBackUp(f"{folder} is no backup, or one that was never completed.") from None
    if found.format != FORMAT:
        raise CannotBackUp(f"{folder} is of format {found.format}; this version reads {FORMAT}.")
    for name, expected in found.files.items():
        if not (folder / name).exists() or hash_of(folder / name) != expected:
            raise CannotBackUp(f"{folder / name} is not what was written; the backup is damaged.")
    return found


def hash_of(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def create_private(file: Path) -> IO[bytes]:
    """Make a file that only its owner can read; there must be none."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def dump_of(service: str) -> str:
    """Return the name of the file that a service's database is in."""
    return f"{service}.dump"

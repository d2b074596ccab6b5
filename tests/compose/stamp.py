"""Remembers on what the proof was green last: it need not be repeated before that changes."""

import hashlib
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
STAMP = Path(__file__).parent / "proven"
_PARTS = ("docker-compose.yml", ".dockerignore", "deploy", "tests/compose/standins")


def is_proven() -> bool:
    """Tell whether the containers are made as they were when the proof was green."""
    return STAMP.exists() and STAMP.read_text().split()[0] == digest()


def remember(how: str) -> None:
    """Write down that the proof is green, and on what."""
    STAMP.write_text(f"{digest()}\n{how}\n")


def digest() -> str:
    """Return one number for everything that containers are made of, but for the program itself."""
    found = hashlib.sha256()
    for file in _files():
        found.update(f"{file.relative_to(ROOT)} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found.update(repr((project["requires-python"], sorted(project["dependencies"]))).encode())
    return found.hexdigest()


def _files() -> list[Path]:
    places = [ROOT / part for part in _PARTS]
    files = {file for place in places for file in ([place] if place.is_file() else place.rglob("*"))}
    # What serves one machine without containers is no part of them.
    apart = (ROOT / "deploy" / "local", ROOT / "deploy" / "kafka")
    return sorted(
        file
        for file in files
        if file.is_file()
        and "__pycache__" not in file.parts
        and not any(file.is_relative_to(each) for each in apart)
    )

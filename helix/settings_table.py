"""The settings as a table for docs/operations.md, made from their one declaration."""

from collections.abc import Iterator
from pathlib import Path

from shared.settings import declared

BEGIN = "<!-- settings: written by `helix settings --write docs/operations.md` -->"
END = "<!-- end of settings -->"


def rows() -> Iterator[str]:
    """Yield the lines of the table."""
    yield "| variable | meaning | default |"
    yield "|---|---|---|"
    for variable, meaning, default in declared():
        yield f"| `{variable.replace('{service}', '<SERVICE>')}` | {meaning} | {_shown(default)} |"


def updated(text: str) -> str:
    """Return a document with its table of settings as it should be."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return before + "\n".join([BEGIN, *rows(), END]) + after


def write(path: Path) -> None:
    """Bring the table in a document up to date."""
    path.write_text(updated(path.read_text("utf-8")), "utf-8")


def _shown(default: object) -> str:
    if default is None:
        return "required"
    if isinstance(default, bool):
        return "`1`" if default else "`0`"
    return f"`{default}`" if default not in ("", ()) else "empty"
